import type { SyncChange } from "@jobber-sync/core/ports";
import { BOSS_SETTINGS, createPostgres, POOL_SETTINGS } from "@jobber-sync/postgres";
import pg from "pg";
import { PgBoss } from "pg-boss";
import { startTestServer } from "../packages/postgres/test/support/embedded-postgres.ts";
import { byCallers, CALLERS } from "./callers.ts";
import { compare } from "./compare.ts";
import type { Figure } from "./figure.ts";
import { sampleChange, sampleDelivery } from "./samples.ts";

const PLAIN = `
  CREATE TABLE plain (id bigserial PRIMARY KEY, slug text, type text, object text, key text, topic text, body bytea, at timestamptz DEFAULT now());
  CREATE INDEX ON plain (slug, key);
  CREATE TABLE plain_contacts (LIKE jobber_sync.jobber_contacts INCLUDING ALL);
  CREATE TABLE plain_jobs (LIKE jobber_sync.jobber_jobs INCLUDING ALL);
  CREATE TABLE plain_submissions (LIKE jobber_sync.jobber_submissions INCLUDING ALL);
  ALTER TABLE plain_contacts DROP COLUMN last_outcome, DROP COLUMN field_versions;
  ALTER TABLE plain_jobs DROP COLUMN last_outcome, DROP COLUMN field_versions;
  ALTER TABLE plain_submissions DROP COLUMN position`;

/** Measures the Postgres inbox and store on a server with default settings. */
export async function postgresRows(): Promise<readonly Figure[]> {
  const server = await startTestServer();
  const { connectionString } = server;
  const pool = new pg.Pool({ connectionString, ...POOL_SETTINGS, max: 16 }).on("error", () => {});
  const boss = new PgBoss({ connectionString, ...BOSS_SETTINGS }).on("error", () => {});
  try {
    await boss.start();
    const { store, inbox, migrate } = createPostgres({
      pool,
      boss,
      prepare: true,
    });
    await migrate();
    await pool.query(PLAIN);
    const accept = byCallers((index) => inbox.accept(sampleDelivery(index)));
    const common = { roundMs: 500, name: `durable accept, Postgres, ${CALLERS} callers` };
    const againstBoss = await compare({
      ...common,
      against: "INSERT + boss.send + COMMIT each",
      target: 5,
      ours: accept,
      theirs: byCallers((index) => insertAndSend(pool, boss, index)),
    });
    // Both sides of the next comparison start with empty tables.
    await pool.query("TRUNCATE jobber_sync.jobber_deliveries, plain; TRUNCATE pgboss.job");
    const againstInsert = await compare({
      ...common,
      against: "one plain prepared INSERT each",
      target: 1.2,
      ours: accept,
      theirs: byCallers((index) => pool.query(plainInsert(index))),
    });
    const apply = await compare({
      roundMs: 500,
      name: `apply (contact + job + submission), Postgres, ${CALLERS} callers`,
      against: "BEGIN + 3 statements + COMMIT",
      target: 1.5,
      ours: byCallers((index) => store.apply(sampleChange(index))),
      theirs: byCallers((index) => threeStatements(pool, sampleChange(index))),
    });
    return [againstBoss, againstInsert, apply];
  } finally {
    await boss.stop({ graceful: false });
    await pool.end();
    await server.stop();
  }
}

function plainInsert(index: number): pg.QueryConfig {
  const { tenant, objectType, objectId, deliveryKey, topic, body } = sampleDelivery(index);
  return {
    name: "plain",
    text: "INSERT INTO plain (slug, type, object, key, topic, body) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
    values: [tenant, objectType, objectId, deliveryKey, topic, Buffer.from(body)],
  };
}

function insertAndSend(pool: pg.Pool, boss: PgBoss, index: number): Promise<void> {
  return inTransaction(pool, async (client) => {
    await client.query(plainInsert(index));
    const db = { executeSql: (text: string, values?: unknown[]) => client.query(text, values) };
    await boss.send("jobber-deliveries", { index }, { db });
  });
}

/**
 * The usual hand-written code: one upsert per record, guarded by one version for the whole record.
 */
function threeStatements(
  pool: pg.Pool,
  { contacts, jobs, submissions }: SyncChange,
): Promise<void> {
  return inTransaction(pool, async (client) => {
    for (const write of contacts)
      await client.query(upsert("plain_contacts", "jobber_client_id", write));
    for (const write of jobs) await client.query(upsert("plain_jobs", "jobber_job_id", write));
    for (const { tenant, deliveryKey, channel, payload, createdAt } of submissions) {
      await client.query({
        name: "submission",
        text: `INSERT INTO plain_submissions (tenant, delivery_key, channel, payload, created_at)
          VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING 1`,
        values: [tenant, deliveryKey, channel, JSON.stringify(payload), createdAt],
      });
    }
  });
}

function upsert(
  table: string,
  key: string,
  write: SyncChange["jobs"][number] | SyncChange["contacts"][number],
): pg.QueryConfig {
  if (write.mode === "delete") throw new TypeError("this comparison has no deletes");
  const { tenant, fields, sourceUpdatedAt, sequence } = write;
  const id = "jobberJobId" in write ? write.jobberJobId : write.jobberClientId;
  const row = {
    tenant,
    [key]: id,
    ...fields,
    sourceUpdatedAt,
    version: String(sequence).padStart(16, "0"),
  };
  const columns = Object.keys(row).map((name) =>
    name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  );
  return {
    name: table,
    text: `INSERT INTO ${table} AS stored (${columns.join(", ")}) VALUES (${columns.map((_, index) => `$${index + 1}`).join(", ")})
      ON CONFLICT (tenant, ${key}) DO UPDATE SET ${columns.map((column) => `${column} = excluded.${column}`).join(", ")}
      WHERE stored.version <= excluded.version RETURNING 1`,
    values: Object.values(row),
  };
}

async function inTransaction(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<void>,
): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    await work(client);
    await client.query("COMMIT");
  } finally {
    client.release();
  }
}
