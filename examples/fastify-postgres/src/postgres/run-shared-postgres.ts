// Runs the embedded PostgreSQL server of a folder while any client is connected.
import { rmSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { startEmbeddedPostgres } from "./embedded-postgres.ts";
import { addressFile, claimFolder } from "./shared-folder.ts";

const IDLE_MS = 5000;
const LOOK_MS = 500;

const [folder = ""] = process.argv.slice(2);
// Two programs may start this process at once. Only one of them runs the server.
const release = claimFolder(folder);
if (release !== null) {
  try {
    const server = await startEmbeddedPostgres(folder);
    writeFileSync(addressFile(folder), server.connectionString);
    await untilUnused(server.connectionString);
    rmSync(addressFile(folder), { force: true });
    await server.stop();
  } catch (error) {
    writeFileSync(addressFile(folder), `error: ${error instanceof Error ? error.message : error}`);
  } finally {
    release();
  }
}

async function untilUnused(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  let idleSince = performance.now();
  while (performance.now() - idleSince < IDLE_MS) {
    await delay(LOOK_MS);
    const { rowCount } = await client.query(
      "SELECT FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() LIMIT 1",
    );
    if (rowCount !== 0) idleSince = performance.now();
  }
  await client.end();
}
