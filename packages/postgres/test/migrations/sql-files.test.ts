import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { MIGRATIONS } from "../../src/migrations/migrations.ts";
import { sqlFile } from "./sql-file.ts";

const folder = new URL("../../sql/", import.meta.url);

it("ships every migration as a SQL file that does the same", () => {
  const names = MIGRATIONS.map((_, index) => `${String(index + 1).padStart(4, "0")}.sql`);
  expect(readdirSync(folder).sort()).toEqual(names);
  for (const [index, name] of names.entries()) {
    expect(readFileSync(new URL(name, folder), "utf8")).toBe(sqlFile(index + 1));
  }
});
