import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { startOwnServer } from "../../packages/postgres/test/support/embedded-postgres.ts";
import type { Target } from "./open-backend.ts";

/** Creates a database for each test; `close` removes all of them. */
export interface Targets {
  next(): Promise<Target>;
  close(): Promise<void>;
}

/** Opens a temporary folder for SQLite files, or starts a PostgreSQL server. */
export function openTargets(kind: Target["kind"]): Promise<Targets> {
  return kind === "sqlite" ? openFolder() : openServer();
}

async function openFolder(): Promise<Targets> {
  const folder = await mkdtemp(join(tmpdir(), "jobber-sync-stress-"));
  let files = 0;
  return {
    async next() {
      files += 1;
      return { kind: "sqlite", path: join(folder, `${files}.db`) };
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

async function openServer(): Promise<Targets> {
  const { connectionString, stop } = await startOwnServer();
  const run = async (...statements: readonly string[]) => {
    const client = new pg.Client({ connectionString });
    await client.connect();
    for (const statement of statements) await client.query(statement);
    await client.end();
  };
  // A test leaves as many dead rows in a minute as a usual queue in a day; the default is to vacuum
  // once a minute.
  await run("ALTER SYSTEM SET autovacuum_naptime = '5s'", "SELECT pg_reload_conf()");
  let databases = 0;
  return {
    async next() {
      databases += 1;
      const name = `stress_${databases}`;
      await run(`CREATE DATABASE ${name}`);
      return {
        kind: "postgres",
        url: Object.assign(new URL(connectionString), { pathname: name }).href,
      };
    },
    close: stop,
  };
}
