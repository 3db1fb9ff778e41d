import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startEmbeddedPostgres } from "../src/postgres/embedded-postgres.ts";
import { twoPrograms } from "./support/two-programs.ts";

const { folder, receiveAndWork } = twoPrograms();

test("receiver and worker use the server named by DATABASE_URL and start none", async () => {
  const server = await startEmbeddedPostgres(join(folder(), "own"));
  try {
    const unused = join(folder(), "never-started");
    const env = { DATABASE_URL: server.connectionString, JOBBER_SYNC_PGDATA: unused };
    const printed = await receiveAndWork(env);
    const { host } = new URL(server.connectionString);
    expect(printed.match(new RegExp(`database PostgreSQL at ${host}/postgres`, "g"))).toHaveLength(
      2,
    );
    expect(printed).not.toContain("postgres:postgres@");
    expect(existsSync(unused)).toBe(false);
  } finally {
    await server.stop();
  }
}, 120_000);
