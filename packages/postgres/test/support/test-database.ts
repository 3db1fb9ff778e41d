import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, inject, vi } from "vitest";
import { openPool } from "./connections.ts";
import { openTestDatabase, type TestDatabase } from "./open-postgres.ts";

const TIMEOUT_MS = 60_000;

/**
 * Creates a database on the shared server before the tests of the calling file, and drops it after
 * them. Use it inside tests only.
 */
export function testDatabase(): TestDatabase {
  // All tests query a real server, on a machine that may be busy.
  vi.setConfig({ testTimeout: TIMEOUT_MS });
  const server = inject("postgresServer");
  const name = `jobber_test_${randomUUID().slice(0, 8)}`;
  let opened: TestDatabase | undefined;

  beforeAll(async () => {
    await onServer(`CREATE DATABASE ${name} TEMPLATE ${inject("postgresTemplate")}`);
    const url = new URL(server);
    url.pathname = `/${name}`;
    opened = await openTestDatabase(url.href);
  }, TIMEOUT_MS);
  beforeEach(() => opened?.reset());
  afterAll(async () => {
    await opened?.stop();
    await onServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  }, TIMEOUT_MS);

  async function onServer(statement: string): Promise<void> {
    const pool = openPool(server, { max: 1, statement_timeout: TIMEOUT_MS });
    await pool.query(statement);
    await pool.end();
  }

  function database(): TestDatabase {
    if (opened === undefined) throw new Error("The database exists inside tests only.");
    return opened;
  }

  return {
    get connectionString() {
      return database().connectionString;
    },
    get pool() {
      return database().pool;
    },
    get boss() {
      return database().boss;
    },
    get bossSchema() {
      return database().bossSchema;
    },
    open: (options) => database().open(options),
    openEmptied: (options) => database().openEmptied(options),
    reset: () => database().reset(),
    stop: () => database().stop(),
  };
}
