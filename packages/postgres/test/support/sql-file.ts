import { MIGRATIONS } from "../../src/migrations/migrations.ts";

/** What `sql/<version>.sql` must hold. */
export function sqlFile(version: number): string {
  const statements = [
    "BEGIN",
    ...(MIGRATIONS[version - 1] ?? []),
    `INSERT INTO jobber_migrations (version) VALUES (${version})`,
    "COMMIT",
  ];
  return [
    `-- Migration ${version} of @jobber-sync/postgres, for people whose programs may not create tables.`,
    `-- Run it once, as the owner: psql "options=-csearch_path=<schema>" -f sql/${String(version).padStart(4, "0")}.sql`,
    "",
    ...statements.map((statement) => `${statement};\n`),
  ].join("\n");
}
