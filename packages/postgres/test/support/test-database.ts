import { afterAll, beforeAll, vi } from "vitest";
import { START_MS, startTestDatabase, type TestDatabase } from "./open-postgres.ts";

/**
 * A server with pg-boss for the tests of the file that calls this, started before them and stopped after them. To be used inside tests. They
 * get half a minute each: all of them talk to a real server, on a machine that may be busy.
 */
export function testDatabase(): TestDatabase {
  vi.setConfig({ testTimeout: 30_000 });
  let started: TestDatabase | undefined;
  beforeAll(async () => {
    started = await startTestDatabase();
  }, START_MS);
  afterAll(() => started?.stop(), START_MS);

  function database(): TestDatabase {
    if (started === undefined) throw new Error("The database is there inside tests only.");
    return started;
  }

  return {
    get server() {
      return database().server;
    },
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
    stop: () => database().stop(),
  };
}
