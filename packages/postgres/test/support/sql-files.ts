import { readdirSync, readFileSync } from "node:fs";
import pg from "pg";

const folder = new URL("../../sql/", import.meta.url);

/** The numbered files of the package, in their order. */
export function migrationFiles(): readonly { readonly name: string; readonly text: string }[] {
  const names = readdirSync(folder).filter((name) => /^\d+\.sql$/.test(name));
  return names.sort().map((name) => ({ name, text: readFileSync(new URL(name, folder), "utf8") }));
}

/** `grants.sql` with its variables filled in, as psql does it. */
export function grants(variables: {
  readonly role: string;
  readonly tables: string;
  readonly queue: string;
}): string {
  let text = readFileSync(new URL("grants.sql", folder), "utf8");
  for (const [name, value] of Object.entries(variables))
    text = text.replaceAll(`:"${name}"`, pg.escapeIdentifier(value));
  return text;
}
