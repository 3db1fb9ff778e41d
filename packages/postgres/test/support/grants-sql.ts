import pg from "pg";
import { sqlFiles } from "../../src/migrations/sql-files.ts";

/** Returns `grants.sql` with its variables substituted, as psql does. */
export function grantsSql(variables: {
  readonly role: string;
  readonly tables: string;
  readonly queue: string;
}): string {
  let text = sqlFiles().find(({ name }) => name === "grants.sql")?.text ?? "";
  for (const [name, value] of Object.entries(variables))
    text = text.replaceAll(`:"${name}"`, pg.escapeIdentifier(value));
  return text;
}
