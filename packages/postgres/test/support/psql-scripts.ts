import pg from "pg";
import { sqlFiles } from "../../src/migrations/sql-files.ts";

/** Returns `grants.sql` with its variables substituted, as psql does. */
export function grantsSql(variables: {
  readonly role: string;
  readonly tables: string;
  readonly queue: string;
}): string {
  const text = sqlFiles().find(({ name }) => name === "grants.sql")?.text ?? "";
  return substituteVariables(text, variables);
}

/** Substitutes psql variables and removes psql's commands. */
export function substituteVariables(
  script: string,
  variables: Readonly<Record<string, string>>,
): string {
  let text = script.replace(/^ *\\.*$|^.*\\gset$/gm, "");
  for (const [name, value] of Object.entries(variables))
    text = text.replaceAll(`:"${name}"`, pg.escapeIdentifier(value));
  return text;
}
