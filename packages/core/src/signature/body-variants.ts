/** A body that the sender may have signed instead of the received one. */
export interface BodyVariant {
  readonly cause:
    | "body_reserialized"
    | "body_line_ending"
    | "body_byte_order_mark"
    | "body_text_encoding"
    | "body_empty";
  readonly bytes: Uint8Array;
}

/**
 * Generates the bodies that were changed into `body` if one of the common mistakes happened on the
 * way.
 */
export function* bodyVariants(body: Uint8Array): Generator<BodyVariant> {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const text = bytes.toString("utf8");
  const variant = (cause: BodyVariant["cause"], value: string | Uint8Array): BodyVariant => ({
    cause,
    bytes: Buffer.from(value as string),
  });

  const bare = text.replace(/[\r\n]+$/, "");
  for (const end of ["", "\n", "\r\n"]) yield variant("body_line_ending", bare + end);
  yield variant("body_line_ending", text.replaceAll("\r\n", "\n"));
  yield variant("body_line_ending", text.replaceAll(/\r?\n/g, "\r\n"));

  const withoutMark = text.replace(/^\uFEFF/, "");
  yield variant("body_byte_order_mark", withoutMark);
  yield variant("body_byte_order_mark", `\uFEFF${withoutMark}`);

  yield variant("body_text_encoding", bytes.toString("latin1"));
  yield variant("body_text_encoding", Buffer.from(text, "latin1"));
  yield variant("body_text_encoding", Buffer.from(text, "utf16le"));

  for (const json of reserializations(withoutMark)) yield variant("body_reserialized", json);
  yield variant("body_empty", "");
}

/** Returns a JSON text as the JSON libraries of common senders would write its value. */
function reserializations(text: string): string[] {
  try {
    const value: unknown = JSON.parse(text);
    const written = [
      JSON.stringify(value),
      spaceOut(value),
      ...[2, 4].map((indent) => JSON.stringify(value, null, indent)),
    ];
    // A body that was stringified twice is a JSON string of JSON.
    return [...(typeof value === "string" ? [value] : []), ...written.flatMap(escapings)];
  } catch {
    // Not JSON, or nested too deeply for JSON.stringify.
    return [];
  }
}

/**
 * Returns `json` in the escapings in use: PHP escapes slashes, Rails and Go what could end a script
 * element, Python and PHP everything but ASCII.
 */
function escapings(json: string): string[] {
  const slashes = json.replaceAll("/", "\\/");
  const ascii = (text: string) => text.replace(/[\u0080-\uFFFF]/g, escaped);
  return [json, slashes, json.replace(/[<>&\u2028\u2029]/g, escaped), ascii(json), ascii(slashes)];
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** Writes a value like Python's json.dumps: with a blank after every comma and colon. */
function spaceOut(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaceOut).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([key, member]) => `${JSON.stringify(key)}: ${spaceOut(member)}`,
  );
  return `{${members.join(", ")}}`;
}
