/**
 * JSON as PostgreSQL takes it. U+0000 and lone surrogates, which no text of PostgreSQL can hold, become U+FFFD; everything else stays.
 */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value);
  // JSON.stringify escapes a surrogate only where it stands alone.
  if (!text.includes("\\u0000") && !text.includes("\\ud")) return text;
  return text.replace(/\\(u0000|ud[89a-f][0-9a-f]{2}|.)/g, (all, code: string) =>
    code === "u0000" || code.startsWith("ud") ? "\uFFFD" : all,
  );
}
