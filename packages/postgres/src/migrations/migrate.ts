import { setTimeout as delay } from "node:timers/promises";
import { JobberSyncError } from "@jobber-sync/core";
import type { Schema } from "../database/quote-schema.ts";
import type { SqlClient, SqlPool } from "../database/sql-pool.ts";
import { type Run, runTransaction } from "../database/transaction.ts";
import { MIGRATIONS } from "./migrations.ts";

const ASK_FOR_LOCK_MS = 100;

/**
 * Brings the tables up to date. Any number of processes may do it at once: one works, the others wait and find it done. Where nothing is
 * missing no right to change the schema is needed.
 */
export async function migrateTables(pool: SqlPool, schema: Schema): Promise<void> {
  await runTransaction(pool, async (run, client) => {
    // However long another process's migration takes, and this one: the pool's limits are for statements that response somebody.
    await client.query("SET LOCAL statement_timeout = 0");
    await client.query("SET LOCAL idle_in_transaction_session_timeout = 0");
    await takeLock(run, schema);
    const missing = await missingVersions(run, schema);
    if (missing.length > 0) await runMissing(run, client, schema, missing);
  });
}

/** Asked for again and again rather than waited for: the driver may have a time limit of its own for an response. */
async function takeLock(run: Run, { name }: Schema): Promise<void> {
  for (;;) {
    const [taken] = await run<boolean>(
      "SELECT pg_try_advisory_xact_lock(hashtextextended('jobber-sync ' || $1::text, 0))::text AS json",
      [name],
    );
    if (taken === true) return;
    await delay(ASK_FOR_LOCK_MS);
  }
}

async function runMissing(
  run: Run,
  client: SqlClient,
  schema: Schema,
  missing: readonly number[],
): Promise<void> {
  // Not IF NOT EXISTS: it asks for the right to create even where there is nothing to create.
  const [exists] = await run<boolean>(
    "SELECT (count(*) > 0)::text AS json FROM pg_namespace WHERE nspname = $1",
    [schema.name],
  );
  if (exists !== true) await client.query(`CREATE SCHEMA ${schema.quoted}`);
  await client.query(`SET LOCAL search_path TO ${schema.quoted}`);
  for (const version of missing) {
    for (const statement of MIGRATIONS[version - 1] ?? []) await client.query(statement);
    await client.query("INSERT INTO jobber_migrations (version) VALUES ($1)", [version]);
  }
}

/** @throws {JobberSyncError} `ERR_STORE_SCHEMA` when a migration is missing */
export async function checkTables(pool: SqlPool, schema: Schema): Promise<void> {
  const missing = await runTransaction(pool, (run) => missingVersions(run, schema));
  if (missing.length === 0) return;
  const files = missing.map((version) => `sql/${String(version).padStart(4, "0")}.sql`);
  throw new JobberSyncError(
    "ERR_STORE_SCHEMA",
    `The tables of jobber-sync in schema ${schema.quoted} are not up to date. Run ${files.join(", ")} of @jobber-sync/postgres there, or migrate() with a role that may create tables.`,
  );
}

async function missingVersions(run: Run, schema: Schema): Promise<readonly number[]> {
  const table = `${schema.quoted}.jobber_migrations`;
  const [exists] = await run<boolean>("SELECT (to_regclass($1) IS NOT NULL)::text AS json", [
    table,
  ]);
  const done =
    exists === true ? await run<number>(`SELECT version::text AS json FROM ${table}`, []) : [];
  return MIGRATIONS.map((_, index) => index + 1).filter((version) => !done.includes(version));
}
