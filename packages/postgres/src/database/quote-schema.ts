/** A schema name, quoted for the places where SQL needs it. */
export interface Schema {
  readonly name: string;
  /** As an identifier: `"app"`. */
  readonly quoted: string;
  /** The sequence as a string literal: `'"app".jobber_sequence'`. */
  readonly sequence: string;
}

/** Quotes a schema name. @throws {TypeError} for a name that PostgreSQL would truncate or reject */
export function quoteSchema(name: unknown): Schema {
  if (
    typeof name !== "string" ||
    name === "" ||
    name.includes("\0") ||
    Buffer.byteLength(name) > 63
  ) {
    throw new TypeError("schema must be a name of 1 to 63 bytes.");
  }
  const quoted = `"${name.replaceAll('"', '""')}"`;
  return { name, quoted, sequence: `'${`${quoted}.jobber_sequence`.replaceAll("'", "''")}'` };
}
