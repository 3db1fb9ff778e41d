import { DatabaseSync } from "node:sqlite";
import { CONTACT_FIELDS, JOB_FIELDS } from "@jobber-sync/core/ports";
import { openSqlite } from "@jobber-sync/sqlite";
import { describe, expect, it } from "vitest";
import { temporaryFile } from "../support/temporary-file.ts";

const KEEPING = ["source_updated_at", "deleted_at", "version", "field_versions"];

describe("migrations", () => {
  it("create a column in snake_case for every field", async () => {
    const path = temporaryFile();
    await openSqlite(path).close();
    expect(columns(path, "jobber_contacts")).toEqual([
      "tenant",
      "jobber_client_id",
      ...CONTACT_FIELDS.map(snakeCase),
      ...KEEPING,
    ]);
    expect(columns(path, "jobber_jobs")).toEqual([
      "tenant",
      "jobber_job_id",
      ...JOB_FIELDS.map(snakeCase),
      ...KEEPING,
    ]);
    expect(columns(path, "jobber_submissions")).toEqual([
      "tenant",
      "delivery_key",
      "channel",
      "payload",
      "created_at",
    ]);
  });

  it("run any number of times and leave other tables alone", async () => {
    const path = temporaryFile();
    const theirs = new DatabaseSync(path);
    theirs.exec("PRAGMA user_version = 7; CREATE TABLE theirs (id INTEGER)");
    theirs.close();
    for (let time = 0; time < 3; time += 1) await openSqlite(path).close();
    const database = new DatabaseSync(path);
    expect(database.prepare("PRAGMA user_version").get()).toEqual({ user_version: 7 });
    const { versions } = database
      .prepare("SELECT count(*) AS versions FROM jobber_schema")
      .get() as {
      versions: number;
    };
    expect(versions).toBe(
      database.prepare("SELECT max(version) AS versions FROM jobber_schema").get()?.versions,
    );
    database.close();
  });

  it("run completely or not at all", async () => {
    const path = temporaryFile();
    const theirs = new DatabaseSync(path);
    // Collides with the second half of the first migration.
    theirs.exec("CREATE TABLE jobber_submissions (id INTEGER)");
    theirs.close();
    expect(() => openSqlite(path)).toThrow(expect.objectContaining({ code: "ERR_STORE" }));
    const database = new DatabaseSync(path);
    expect(
      database
        .prepare("SELECT name FROM sqlite_master WHERE type = 'table'")
        .all()
        .map(({ name }) => name),
    ).toEqual(["jobber_submissions"]);
    database.close();
  });

  it("can be switched off, and are then required to have run", async () => {
    const path = temporaryFile();
    expect(() => openSqlite(path, { migrate: false })).toThrow(
      expect.objectContaining({
        code: "ERR_STORE_SCHEMA",
        message: expect.stringContaining("migrate"),
      }),
    );
    await openSqlite(path).close();
    await openSqlite(path, { migrate: false }).close();
  });

  it("reject tables of a newer release", async () => {
    const path = temporaryFile();
    await openSqlite(path).close();
    const database = new DatabaseSync(path);
    database.exec(
      "INSERT INTO jobber_schema (version, applied_at) VALUES (1000, '2030-01-01T00:00:00Z')",
    );
    database.close();
    for (const migrate of [true, false]) {
      expect(() => openSqlite(path, { migrate })).toThrow(
        expect.objectContaining({
          code: "ERR_STORE_SCHEMA",
          message: expect.stringContaining("newer"),
        }),
      );
    }
  });

  it.each([
    ["TABLE", "jobber_jobs"],
    ["INDEX", "jobber_deliveries_open"],
  ])("report a %s that another program has dropped", async (kind, name) => {
    const path = temporaryFile();
    await openSqlite(path).close();
    const database = new DatabaseSync(path);
    database.exec(`DROP ${kind} ${name}`);
    database.close();
    expect(() => openSqlite(path)).toThrow(
      expect.objectContaining({
        code: "ERR_STORE_SCHEMA",
        message: expect.stringMatching(`lacks ${name}.*backup`),
      }),
    );
  });
});

function columns(path: string, table: string): unknown[] {
  const database = new DatabaseSync(path);
  const names = database
    .prepare("SELECT name FROM pragma_table_info(?)")
    .all(table)
    .map(({ name }) => name);
  database.close();
  return names;
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
