import { MIGRATIONS, TABLES } from "./migrations.ts";

/** A file of the package's `sql` folder. */
export interface SqlFile {
  readonly name: string;
  readonly text: string;
}

/**
 * Generates the SQL files for operators whose programs have no DDL privileges: one per migration, and
 * `grants.sql`. The build writes them to `sql/`.
 */
export function sqlFiles(): readonly SqlFile[] {
  const migrations = MIGRATIONS.map((statements, index) => migrationFile(index + 1, statements));
  return [...migrations, { name: "grants.sql", text: grantsFile() }];
}

/** Returns the file name of a migration, such as `0001.sql`. */
export function sqlFileName(version: number): string {
  return `${String(version).padStart(4, "0")}.sql`;
}

function migrationFile(version: number, migration: readonly string[]): SqlFile {
  const name = sqlFileName(version);
  const statements = [
    "BEGIN",
    ...migration,
    `INSERT INTO jobber_migrations (version) VALUES (${version})`,
    "COMMIT",
  ];
  const text = [
    `-- Migration ${version} of @jobber-sync/postgres, for programs without DDL privileges.`,
    `-- Run it once, as the owner: psql "options=-csearch_path=<schema>" -f sql/${name}`,
    "",
    ...statements.map((statement) => `${statement};\n`),
  ].join("\n");
  return { name, text };
}

function grantsFile(): string {
  const written = TABLES.filter((table) => table !== "jobber_migrations");
  return `-- The privileges of a program that runs @jobber-sync/postgres without DDL privileges (migrate: false for
-- createPostgres and for pg-boss). Run it as the owner, after the numbered files and pg-boss's own schema:
--   psql -v role=<role> -v tables=<schema of the jobber_ tables> -v queue=<schema of pg-boss> -f sql/grants.sql

GRANT USAGE ON SCHEMA :"tables", :"queue" TO :"role";

GRANT SELECT ON :"tables".jobber_migrations TO :"role";

GRANT USAGE ON SEQUENCE :"tables".jobber_sequence TO :"role";

GRANT SELECT, INSERT, UPDATE, DELETE ON
${written.map((table) => `  :"tables".${table}`).join(",\n")}
TO :"role";

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA :"queue" TO :"role";

GRANT USAGE ON ALL SEQUENCES IN SCHEMA :"queue" TO :"role";
`;
}
