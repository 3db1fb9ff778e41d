/**
 * Serializes a value to JSON that PostgreSQL accepts: U+0000 and lone surrogates, which PostgreSQL
 * text cannot hold, become U+FFFD.
 */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value);
  // JSON.stringify escapes only lone surrogates.
  if (!text.includes("\\u0000") && !text.includes("\\ud")) return text;
  return text.replace(/\\(u0000|ud[89a-f][0-9a-f]{2}|.)/g, (all, code: string) =>
    code === "u0000" || code.startsWith("ud") ? "\uFFFD" : all,
  );
}
