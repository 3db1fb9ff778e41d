import { MIGRATIONS, TABLES } from "./migrations.ts";

/** A file of the package's `sql` folder. */
export interface SqlFile {
  readonly name: string;
  readonly text: string;
}

/**
 * Generates the psql scripts for operators whose programs have no DDL privileges: one per
 * migration, and `grants.sql`. The build writes them to `sql/`.
 */
export function sqlFiles(): readonly SqlFile[] {
  const migrations = MIGRATIONS.map((statements, index) => migrationFile(index + 1, statements));
  return [...migrations, { name: "grants.sql", text: grantsFile() }];
}

/** Returns the file name of a migration, such as `0001.sql`. */
export function sqlFileName(version: number): string {
  return `${String(version).padStart(4, "0")}.sql`;
}

const TABLES_VARIABLE = `\\if :{?tables}
\\else
  \\set tables jobber_sync
\\endif
`;

function migrationFile(version: number, migration: readonly string[]): SqlFile {
  const name = sqlFileName(version);
  const statements = [
    "BEGIN",
    ...(version === 1 ? ['CREATE SCHEMA IF NOT EXISTS :"tables"'] : []),
    'SET LOCAL search_path TO :"tables"',
    ...migration,
    `INSERT INTO jobber_migrations (version) VALUES (${version})`,
    "COMMIT",
  ];
  const text = [
    `-- Migration ${version} of @jobber-sync/postgres, for programs without DDL privileges. Run it once, as the owner:`,
    `--   psql -f sql/${name}`,
    "-- Add -v tables=<schema> for another schema than jobber_sync.",
    "",
    TABLES_VARIABLE,
    ...statements.map((statement) => `${statement};\n`),
  ].join("\n");
  return { name, text };
}

function grantsFile(): string {
  const written = TABLES.filter((table) => table !== "jobber_migrations");
  const policies = TABLES.map(
    (table) => `DROP POLICY IF EXISTS :"role" ON :"tables".${table};
CREATE POLICY :"role" ON :"tables".${table} TO :"role" USING (true) WITH CHECK (true);
`,
  );
  return `-- Opens the tables of @jobber-sync/postgres, and those of pg-boss, for the role of a program that is not
-- their owner. Run it as the owner, after the numbered files and pg-boss's own schema, and once more after
-- each upgrade:
--   psql -v role=<role> -f sql/grants.sql
-- Add -v tables=<schema> and -v queue=<schema of pg-boss> for others than jobber_sync and pgboss.

${TABLES_VARIABLE}
\\if :{?queue}
\\else
  \\set queue pgboss
\\endif

SELECT to_regnamespace(:'queue') IS NOT NULL AS has_queue \\gset

BEGIN;

GRANT USAGE ON SCHEMA :"tables" TO :"role";

GRANT SELECT ON :"tables".jobber_migrations TO :"role";

GRANT USAGE ON SEQUENCE :"tables".jobber_sequence TO :"role";

GRANT SELECT, INSERT, UPDATE, DELETE ON
${written.map((table) => `  :"tables".${table}`).join(",\n")}
TO :"role";

-- Row security is on, and these are its only policies: without one a role sees no row.
${policies.join("\n")}
-- Without pg-boss there is no queue.
\\if :has_queue
  GRANT USAGE ON SCHEMA :"queue" TO :"role";

  GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA :"queue" TO :"role";

  GRANT USAGE ON ALL SEQUENCES IN SCHEMA :"queue" TO :"role";
\\endif

COMMIT;
`;
}
