import { setTimeout as delay } from "node:timers/promises";
import { JobberSyncError } from "@jobber-sync/core";
import type { Schema } from "../database/quote-schema.ts";
import type { SessionPool, SqlClient } from "../database/sql-pool.ts";
import { type Run, runTransaction } from "../database/transaction.ts";
import { MIGRATIONS } from "./migrations.ts";
import { sqlFileName } from "./sql-files.ts";

const RETRY_LOCK_MS = 100;

/**
 * Runs the missing migrations. Safe to call from several processes at once: one runs them, the
 * others wait. Needs no DDL privilege if no migration is missing.
 */
export async function migrateTables(pool: SessionPool, schema: Schema): Promise<void> {
  await runTransaction(pool, async (run, client) => {
    // The pool's limits are for deliveries; a migration, or waiting for another process's, may take
    // longer.
    await client.query("SET LOCAL statement_timeout = 0");
    await client.query("SET LOCAL idle_in_transaction_session_timeout = 0");
    await takeLock(run, schema);
    const missing = await missingVersions(run, schema);
    if (missing.length > 0) await runMissing(run, client, schema, missing);
  });
}

/** Polls for the lock rather than blocking: the driver may limit how long a statement takes. */
async function takeLock(run: Run, { name }: Schema): Promise<void> {
  for (;;) {
    const [taken] = await run<boolean>(
      "SELECT pg_try_advisory_xact_lock(hashtextextended('jobber-sync ' || $1::text, 0))::text AS json",
      [name],
    );
    if (taken === true) return;
    await delay(RETRY_LOCK_MS);
  }
}

async function runMissing(
  run: Run,
  client: SqlClient,
  schema: Schema,
  missing: readonly number[],
): Promise<void> {
  // IF NOT EXISTS would require the CREATE privilege even if the schema exists.
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

/** Verifies that all migrations have run. @throws {JobberSyncError} `ERR_STORE_SCHEMA` if not */
export async function checkTables(pool: SessionPool, schema: Schema): Promise<void> {
  const missing = await runTransaction(pool, (run) => missingVersions(run, schema));
  if (missing.length === 0) return;
  const files = missing.map((version) => `sql/${sqlFileName(version)}`);
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
