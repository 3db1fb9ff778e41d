import { readdirSync, readFileSync } from "node:fs";
import { createPostgres } from "@jobber-sync/postgres";
import { PgBoss } from "pg-boss";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { delivery } from "../deliveries.ts";
import { openBoss, openPool, START_MS, startTestDatabase, type TestDatabase } from "../open-postgres.ts";

// Every test talks to a real server, on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000 });

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
}, START_MS);
afterAll(() => database.stop(), START_MS);

function fresh(schema: string, options: { readonly migrate?: boolean; readonly queue?: string } = {}) {
  const { pool, boss } = database;
  return createPostgres({ pool, boss, schema, queue: schema, ...options });
}

async function tablesOf(schema: string): Promise<readonly string[]> {
  const { rows } = await database.pool.query<{ name: string }>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = $1 ORDER BY 1",
    [schema],
  );
  return rows.map(({ name }) => name);
}

const TABLES = [
  "jobber_connections",
  "jobber_contacts",
  "jobber_cursors",
  "jobber_deliveries",
  "jobber_fetch_budgets",
  "jobber_jobs",
  "jobber_leases",
  "jobber_migrations",
  "jobber_submissions",
];

describe("migrate", () => {
  it("creates schema, tables and queue, and does nothing the next time", async () => {
    const { migrate } = fresh("first");
    await migrate();
    await migrate();
    expect(await tablesOf("first")).toEqual(TABLES);
    expect(await database.boss.getQueue("first")).toMatchObject({
      policy: "standard",
      retryDelay: 2,
      retryBackoff: true,
      retryDelayMax: 3600,
      retentionSeconds: 60 * 86_400,
      heartbeatSeconds: 10,
      expireInSeconds: 300,
      notify: true,
    });
  });

  it("is safe when several processes run it at once", async () => {
    const { connectionString, bossSchema, pool } = database;
    const bosses = Array.from({ length: 4 }, () => openBoss(connectionString, bossSchema));
    await Promise.all(bosses.map((boss) => boss.start()));
    await Promise.all(
      [...bosses, ...bosses].map((boss) =>
        createPostgres({ pool, boss, schema: "together", queue: "together" }).migrate(),
      ),
    );
    expect(await tablesOf("together")).toEqual(TABLES);
    const { rows } = await pool.query("SELECT version FROM together.jobber_migrations");
    expect(rows).toEqual([{ version: 1 }, { version: 2 }]);
    await Promise.all(bosses.map((boss) => boss.stop({ graceful: false })));
  });

  it("takes a schema name as it is", async () => {
    const name = `o'the "Schema"`;
    const { store } = await database.open({ schema: name, queue: "odd" });
    expect(await store.nextSequence()).toBe(1);
    expect(await tablesOf(name)).toEqual(TABLES);
  });

  it("sets an existing queue to what the inbox needs", async () => {
    await database.boss.createQueue("weak", { policy: "standard", retentionSeconds: 60, notify: false });
    await fresh("weak").migrate();
    expect(await database.boss.getQueue("weak")).toMatchObject({
      retentionSeconds: 60 * 86_400,
      notify: true,
    });
  });

  it("refuses a queue that would drop wake-ups, and says what to do", async () => {
    await database.boss.createQueue("short", { policy: "short" });
    await expect(fresh("short").migrate()).rejects.toMatchObject({
      code: "ERR_STORE_SETTINGS",
      message: expect.stringMatching(/policy "short".*deleteQueue/),
    });
  });

  it("says that pg-boss was not started", async () => {
    const { pool, connectionString } = database;
    const boss = new PgBoss(connectionString);
    await expect(createPostgres({ pool, boss, schema: "unstarted" }).migrate()).rejects.toMatchObject({
      code: "ERR_STORE_SETTINGS",
      message: expect.stringContaining("boss.start()"),
    });
  });
});

describe("without the right to create tables", () => {
  it("names the SQL files that are missing, and is content once they were run", async () => {
    const { migrate, store } = fresh("by_hand", { migrate: false });
    await expect(migrate()).rejects.toMatchObject({
      code: "ERR_STORE_SCHEMA",
      message: expect.stringContaining("sql/0001.sql, sql/0002.sql"),
    });
    const folder = new URL("../../sql/", import.meta.url);
    const files = readdirSync(folder).sort();
    const sql = files.map((name) => readFileSync(new URL(name, folder), "utf8")).join("\n");
    await database.pool.query(`CREATE SCHEMA by_hand; SET search_path TO by_hand; ${sql} RESET search_path`);
    await migrate();
    expect(await tablesOf("by_hand")).toEqual(TABLES);
    expect(await store.nextSequence()).toBe(1);
  });

  it("migrates all the same where nothing is missing", async () => {
    const { pool } = database;
    await fresh("ready").migrate();
    await pool.query(
      `CREATE ROLE guest LOGIN PASSWORD 'guest'; GRANT USAGE ON SCHEMA ready TO guest;
       GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ready TO guest; GRANT USAGE ON SEQUENCE ready.jobber_sequence TO guest`,
    );
    const url = new URL(database.connectionString);
    url.username = "guest";
    url.password = "guest";
    const guest = openPool(url.href);
    await createPostgres({ pool: guest, boss: database.boss, schema: "ready", queue: "ready" }).migrate();
    await guest.end();
    await pool.query("DROP OWNED BY guest; DROP ROLE guest");
  });
});

describe("before migrate", () => {
  it("every first use says that tables are missing, and names migrate()", async () => {
    const { store, inbox } = fresh("nowhere");
    const missing = { code: "ERR_STORE_SCHEMA", message: expect.stringContaining("migrate()") };
    const object = { clientSlug: "acme", objectType: "job", objectId: "1" } as const;
    await expect(store.nextSequence()).rejects.toMatchObject(missing);
    await expect(store.apply({ contacts: [], jobs: [], submissions: [] })).rejects.toMatchObject(missing);
    await expect(inbox.claim(object, { leaseMs: 1000, now: Date.now() })).rejects.toMatchObject(missing);
    await expect(inbox.accept(delivery("1"))).rejects.toMatchObject(missing);
  });

  it("a missing queue is said as well", async () => {
    await fresh("tables_only").migrate();
    const { inbox } = fresh("tables_only", { queue: "no-such-queue" });
    await expect(inbox.accept(delivery("1"))).rejects.toMatchObject({ code: "ERR_STORE_SCHEMA" });
    expect(await inbox.list({})).toEqual([]);
  });
});
