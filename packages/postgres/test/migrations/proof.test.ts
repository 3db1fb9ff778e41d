import { randomUUID } from "node:crypto";
import { createPostgres, type SqlPool } from "@jobber-sync/postgres";
import type pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { TABLES } from "../../src/migrations/migrations.ts";
import { openBoss, openPool } from "../support/connections.ts";
import { delivery } from "../support/deliveries.ts";
import { grantsSql } from "../support/psql-scripts.ts";
import { testDatabase } from "../support/test-database.ts";

const database = testDatabase();

/** Unique: roles belong to the whole server. */
const app = `app_${randomUUID().slice(0, 8)}`;
const anon = `anon_${randomUUID().slice(0, 8)}`;

let appPool: pg.Pool;
let anonPool: pg.Pool;
beforeAll(async () => {
  const login = async (role: string) => {
    await database.pool.query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`);
    const url = new URL(database.connectionString);
    url.username = role;
    url.password = "secret";
    return openPool(url.href, { max: 2 });
  };
  appPool = await login(app);
  anonPool = await login(anon);
});
afterAll(async () => {
  await appPool.end();
  await anonPool.end();
  await database.pool.query(`DROP OWNED BY ${app}, ${anon}; DROP ROLE ${app}, ${anon}`);
});

/** Opens tables that belong to the owner, for a program that runs as the role `app`. */
async function openForApp() {
  const { schema, queue } = await database.open({ schema: "of_the_owner" });
  const { bossSchema, boss } = database;
  const sql = (text: string) => database.pool.query(text);
  const grant = () => sql(grantsSql({ role: app, tables: schema, queue: bossSchema }));
  await grant();
  const program = createPostgres({ pool: appPool, boss, schema, queue, migrate: false });
  return { schema, queue, program, sql, grant };
}

describe("tables on a platform whose default privileges grant everything", () => {
  beforeAll(() =>
    database.pool.query(`
      ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO ${anon}, PUBLIC;
      ALTER DEFAULT PRIVILEGES GRANT ALL ON SEQUENCES TO ${anon}, PUBLIC;
      ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO ${anon}, PUBLIC`),
  );
  afterAll(() =>
    database.pool.query(`
      ALTER DEFAULT PRIVILEGES REVOKE ALL ON TABLES FROM ${anon}, PUBLIC;
      ALTER DEFAULT PRIVILEGES REVOKE ALL ON SEQUENCES FROM ${anon}, PUBLIC;
      ALTER DEFAULT PRIVILEGES REVOKE USAGE ON SCHEMAS FROM ${anon}, PUBLIC`),
  );

  it("grant no privilege to the platform's public role", async () => {
    const { schema, inbox } = await database.open({ schema: "on_a_platform" });
    await inbox.accept(delivery("1"));
    const operations = (table: string) => [
      `SELECT FROM "${schema}".${table}`,
      `DELETE FROM "${schema}".${table}`,
      `TRUNCATE "${schema}".${table}`,
    ];
    for (const statement of [
      ...TABLES.flatMap(operations),
      `SELECT setval('"${schema}".jobber_sequence', 1)`,
      `SELECT nextval('"${schema}".jobber_sequence')`,
    ])
      await expect(anonPool.query(statement), statement).rejects.toMatchObject({ code: "42501" });
    expect(await inbox.list({})).toHaveLength(1);
  });

  it("show no row even if the platform grants everything again later", async () => {
    const { schema, inbox, cursors } = await database.open();
    await inbox.accept(delivery("1"));
    await cursors.set("acme", "jobs", "cursor");
    await database.pool.query(`GRANT ALL ON ALL TABLES IN SCHEMA "${schema}" TO ${anon}`);
    for (const table of TABLES) {
      const select = await anonPool.query(`SELECT FROM "${schema}".${table}`);
      const deleted = await anonPool.query(`DELETE FROM "${schema}".${table}`);
      expect([table, select.rowCount, deleted.rowCount]).toEqual([table, 0, 0]);
    }
    await expect(
      anonPool.query(`INSERT INTO "${schema}".jobber_cursors VALUES ('acme', 'clients', '')`),
    ).rejects.toMatchObject({ code: "42501" });
    expect(await inbox.list({})).toHaveLength(1);
    expect(await cursors.get("acme", "jobs")).toBe("cursor");
  });

  it("live in the schema jobber_sync by default, for the role of grants.sql alone", async () => {
    const { boss, pool, bossSchema } = database;
    await createPostgres({ pool, boss }).migrate();
    await pool.query(grantsSql({ role: app, tables: "jobber_sync", queue: bossSchema }));
    const program = createPostgres({ pool: appPool, boss, migrate: false });
    await program.migrate();
    await program.inbox.accept(delivery("1"));
    expect(await program.inbox.list({})).toHaveLength(1);
    const { rows } = await pool.query(
      "SELECT count(*)::int AS tables FROM pg_tables WHERE schemaname = 'jobber_sync' AND rowsecurity",
    );
    expect(rows).toEqual([{ tables: TABLES.length }]);
    await pool.query("DROP SCHEMA jobber_sync CASCADE");
  });
});

describe("migrate() for a role that is not the owner", () => {
  let opened: Awaited<ReturnType<typeof openForApp>>;
  beforeAll(async () => {
    opened = await openForApp();
  });
  afterEach(() => opened.grant());

  it("succeeds after grants.sql, and leaves no probe row", async () => {
    const { program, schema, sql } = opened;
    await program.migrate();
    for (const table of TABLES.filter((name) => name !== "jobber_migrations"))
      expect((await sql(`SELECT FROM "${schema}".${table}`)).rowCount).toBe(0);
  });

  it.each(TABLES)("names grants.sql if row security hides rows of %s", async (table) => {
    const { program, schema, sql } = opened;
    await sql(`DROP POLICY ${app} ON "${schema}".${table}`);
    await expect(program.migrate()).rejects.toMatchObject({
      code: table === "jobber_migrations" ? "ERR_STORE_SCHEMA" : "ERR_STORE_SETTINGS",
      message: expect.stringMatching(table === "jobber_migrations" ? /sql/ : /grants\.sql/),
    });
  });

  it("names grants.sql if a policy accepts new rows but hides them", async () => {
    const { program, schema, sql } = opened;
    await sql(`CREATE POLICY hidden ON "${schema}".jobber_deliveries AS RESTRICTIVE
      USING (tenant = 'acme') WITH CHECK (true)`);
    const migrated = expect(program.migrate()).rejects.toMatchObject({
      code: "ERR_STORE_SETTINGS",
      message: expect.stringMatching(/row security hides.*jobber_deliveries.*grants\.sql/),
    });
    await migrated;
    await sql(`DROP POLICY hidden ON "${schema}".jobber_deliveries`);
  });

  it.each([
    ["DELETE", "jobber_deliveries"],
    ["UPDATE", "jobber_jobs"],
    ["INSERT", "jobber_lanes"],
    ["SELECT", "jobber_contacts"],
    ["DELETE", "jobber_submissions"],
    ["INSERT", "jobber_connections"],
  ])("names the role if it lacks %s on %s", async (privilege, table) => {
    const { program, schema, sql } = opened;
    await sql(`REVOKE ${privilege} ON "${schema}".${table} FROM ${app}`);
    await expect(program.migrate()).rejects.toMatchObject({
      code: "ERR_STORE_SETTINGS",
      message: expect.stringMatching(new RegExp(`"${app}".*${table}.*grants\\.sql`)),
    });
  });
});

describe("migrate()", () => {
  it("rejects a sequence behind the rows, and names the statement that repairs it", async () => {
    const { inbox, schema, migrate } = await database.open();
    for (const id of ["1", "2", "3"]) await inbox.accept(delivery(id));
    await database.pool.query(`ALTER SEQUENCE "${schema}".jobber_sequence RESTART`);
    const error = await migrate().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "ERR_STORE_SETTINGS" });
    const [statement = ""] = /SELECT setval.*;/.exec(String(error)) ?? [];
    await database.pool.query(statement);
    await migrate();
  });

  it("rejects a database whose encoding is not UTF-8, and creates nothing in it", async () => {
    const name = `jobber_latin1_${randomUUID().slice(0, 8)}`;
    await database.pool.query(
      `CREATE DATABASE ${name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0`,
    );
    const url = new URL(database.connectionString);
    url.pathname = `/${name}`;
    const pool = openPool(url.href, { max: 2 });
    const boss = openBoss(url.href, database.bossSchema);
    await boss.start();
    await expect(createPostgres({ pool, boss }).migrate()).rejects.toMatchObject({
      code: "ERR_STORE_SETTINGS",
      message: expect.stringMatching(/LATIN1.*ENCODING 'UTF8'/),
    });
    expect((await pool.query("SELECT to_regnamespace('jobber_sync') AS oid")).rows).toEqual([
      { oid: null },
    ]);
    await boss.stop({ graceful: false });
    await pool.end();
    await database.pool.query(`DROP DATABASE ${name} WITH (FORCE)`);
  });

  it("rejects a PostgreSQL that is too old", async () => {
    const json = JSON.stringify({ version: 130_021, encoding: "UTF8" });
    const query = async () => ({ rows: [{ json, level: "read committed" }] });
    const pool: SqlPool = { query, connect: () => Promise.reject(new Error("unused")) };
    await expect(createPostgres({ pool, boss: database.boss }).migrate()).rejects.toMatchObject({
      code: "ERR_STORE_SETTINGS",
      message: expect.stringMatching(/PostgreSQL 13 .*14/),
    });
  });
});
