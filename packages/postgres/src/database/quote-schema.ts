/** A schema, as SQL wants it in different places. */
export interface Schema {
  readonly name: string;
  /** As part of a statement: `"app"`. */
  readonly quoted: string;
  /** Of the sequence, as a literal: `'"app".jobber_sequence'`. */
  readonly sequence: string;
}

/** @throws {TypeError} for a name that PostgreSQL would cut off or reject */
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
