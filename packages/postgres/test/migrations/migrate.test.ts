import { createPostgres } from "@jobber-sync/postgres";
import { describe, expect, it } from "vitest";
import { openBoss, openPool } from "../support/connections.ts";
import { delivery } from "../support/deliveries.ts";
import { testDatabase } from "../support/test-database.ts";

const database = testDatabase();

function fresh(
  schema: string,
  options: { readonly migrate?: boolean; readonly queue?: string } = {},
) {
  const { pool, boss } = database;
  return createPostgres({ pool, boss, schema, queue: schema, acceptTimeoutMs: 20_000, ...options });
}

async function tablesOf(schema: string): Promise<readonly string[]> {
  const { rows } = await database.pool.query<{ name: string }>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = $1 ORDER BY 1",
    [schema],
  );
  return rows.map(({ name }) => name);
}

const TABLES = [
  "jobber_change_lanes",
  "jobber_changes",
  "jobber_connections",
  "jobber_contacts",
  "jobber_cursors",
  "jobber_deliveries",
  "jobber_intent_log",
  "jobber_intent_matches",
  "jobber_intents",
  "jobber_jobs",
  "jobber_lanes",
  "jobber_leases",
  "jobber_links",
  "jobber_migrations",
  "jobber_parents",
  "jobber_refreshes",
  "jobber_submissions",
  "jobber_tenants",
];

describe("migrate", () => {
  it("creates schema, tables and queue once", async () => {
    const { migrate } = fresh("first");
    await migrate();
    await migrate();
    expect(await tablesOf("first")).toEqual(TABLES);
    expect(await database.boss.getQueue("first")).toMatchObject({
      policy: "standard",
      partition: true,
      retryDelay: 2,
      retryBackoff: true,
      retryDelayMax: 3600,
      retentionSeconds: 60 * 86_400,
      heartbeatSeconds: 10,
      expireInSeconds: 300,
      notify: true,
    });
  });

  it("may run in several processes at once", async () => {
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
    expect(rows.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5]);
    await Promise.all(bosses.map((boss) => boss.stop({ graceful: false })));
  });

  it("waits for another process's migration beyond the pool's statement_timeout", async () => {
    const { connectionString, boss } = database;
    const pool = openPool(connectionString, { statement_timeout: 1000, query_timeout: 1200 });
    const other = await database.pool.connect();
    await other.query("SELECT pg_advisory_lock(hashtextextended('jobber-sync slow', 0))");
    const migrated = createPostgres({ pool, boss, schema: "slow", queue: "slow" }).migrate();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(await tablesOf("slow")).toEqual([]);
    await other.query("SELECT pg_advisory_unlock_all()");
    other.release();
    await migrated;
    expect(await tablesOf("slow")).toEqual(TABLES);
    await pool.end();
  });

  it("accepts any schema name", async () => {
    const name = `o'the "Schema"`;
    const { store, migrate } = await database.open({ schema: name, queue: "odd" });
    await migrate();
    expect(await store.nextSequence()).toBeGreaterThan(0);
    expect(await tablesOf(name)).toEqual(TABLES);
  });

  it("updates the settings of an existing queue", async () => {
    await database.boss.createQueue("weak", {
      policy: "standard",
      retentionSeconds: 60,
      notify: false,
    });
    await fresh("weak").migrate();
    expect(await database.boss.getQueue("weak")).toMatchObject({
      retentionSeconds: 60 * 86_400,
      notify: true,
    });
  });

  it("rejects a queue whose policy drops wake-ups, and names the fix", async () => {
    await database.boss.createQueue("short", { policy: "short" });
    await expect(fresh("short").migrate()).rejects.toMatchObject({
      code: "ERR_STORE_SETTINGS",
      message: expect.stringMatching(/policy "short".*deleteQueue/),
    });
  });
});

describe("before migrate()", () => {
  it("every operation reports the missing tables and names migrate()", async () => {
    const { store, inbox } = fresh("nowhere");
    const missing = { code: "ERR_STORE_SCHEMA", message: expect.stringContaining("migrate()") };
    const object = { tenant: "acme", objectType: "job", objectId: "1" } as const;
    await expect(store.nextSequence()).rejects.toMatchObject(missing);
    await expect(store.apply({ contacts: [], jobs: [], submissions: [] })).rejects.toMatchObject(
      missing,
    );
    await expect(inbox.claim(object, { leaseMs: 1000, now: Date.now() })).rejects.toMatchObject(
      missing,
    );
    await expect(inbox.accept(delivery("1"))).rejects.toMatchObject(missing);
  });

  it("accept reports a missing queue", async () => {
    await fresh("tables_only").migrate();
    const { inbox } = fresh("tables_only", { queue: "no-such-queue" });
    await expect(inbox.accept(delivery("1"))).rejects.toMatchObject({ code: "ERR_STORE_SCHEMA" });
    expect(await inbox.list({})).toEqual([]);
  });
});
