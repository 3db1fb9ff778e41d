import { expect, it } from "vitest";
import { MIGRATIONS } from "../../src/migrations/migrations.ts";
import { sqlFile } from "../support/sql-file.ts";
import { grants, migrationFiles } from "../support/sql-files.ts";

it("ships every migration as a SQL file that does the same", () => {
  const files = migrationFiles();
  expect(files.map(({ name }) => name)).toEqual(
    MIGRATIONS.map((_, index) => `${String(index + 1).padStart(4, "0")}.sql`),
  );
  for (const [index, { text }] of files.entries()) expect(text).toBe(sqlFile(index + 1));
});

it("ships grants for every table that the migrations make", () => {
  const tables = MIGRATIONS.flat().flatMap(
    (statement) => /^CREATE TABLE (\w+)/.exec(statement)?.[1] ?? [],
  );
  const granted = grants({ role: "r", tables: "t", queue: "q" }).match(/"t"\.jobber_\w+/g);
  expect(granted?.toSorted()).toEqual(
    [...tables, "jobber_sequence"].map((name) => `"t".${name}`).toSorted(),
  );
});
