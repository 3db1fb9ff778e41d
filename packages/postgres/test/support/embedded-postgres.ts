import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
// The example's: it must run in the same places as these tests.
import {
  INITDB_FLAGS,
  initialise,
  loadEmbeddedPostgres,
  stopOnExit,
} from "../../../../examples/fastify-postgres/src/postgres/load-embedded-postgres.ts";

/** A PostgreSQL server for tests. */
export interface TestServer {
  readonly connectionString: string;
  /** Whether it outlives the tests, so that they must clean up. */
  readonly shared: boolean;
  /** Ends the server and deletes its data. Does nothing for the server of `DATABASE_URL`. */
  stop(): Promise<void>;
}

/** A server that one test file uses exclusively and may crash. */
export interface OwnServer extends TestServer {
  /** Ends the server like a power cut: everything that is not flushed is lost. */
  crash(): Promise<void>;
  /** Starts it again on the same port. Resolves once it accepts connections. */
  restart(): Promise<void>;
}

/** Returns the server of `DATABASE_URL`, or starts one. */
export async function startTestServer(): Promise<TestServer> {
  const connectionString = process.env.DATABASE_URL;
  if (connectionString) return { connectionString, shared: true, stop: async () => {} };
  return startOwnServer();
}

/** Starts a PostgreSQL server in a temporary folder, with `fsync` on. */
export async function startOwnServer(): Promise<OwnServer> {
  const folder = await mkdtemp(join(tmpdir(), "jobber-sync-pg-"));
  const databaseDir = join(folder, "data");
  const port = await freePort();
  const log: string[] = [];
  const EmbeddedPostgres = await loadEmbeddedPostgres();
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: "postgres",
    password: "postgres",
    // PostgreSQL refuses to run as root, the usual user in containers.
    createPostgresUser: process.getuid?.() === 0,
    // --no-sync applies only to initdb, and halves its time.
    initdbFlags: [...INITDB_FLAGS, "--no-sync"],
    postgresFlags: ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="],
    onLog: (message) => log.push(message),
    onError: (error) => log.push(String(error)),
  });
  stopOnExit(server);
  const start = async () => {
    try {
      await server.start();
    } catch (error) {
      throw new Error(`PostgreSQL did not start: ${error ?? ""}\n${log.slice(-20).join("")}`);
    }
  };
  /** PostgreSQL's immediate shutdown: no checkpoint, no flush. */
  const quit = async () => {
    const pid = Number(
      (await readFile(join(databaseDir, "postmaster.pid"), "utf8")).split("\n")[0],
    );
    process.kill(pid, "SIGQUIT");
    return pid;
  };
  // As root, the server runs as another user.
  await chmod(folder, 0o755);
  await initialise(server);
  await start();
  return {
    connectionString: `postgres://postgres:postgres@127.0.0.1:${port}/postgres`,
    shared: false,
    async crash() {
      const pid = await quit();
      while (isAlive(pid)) await delay(5);
    },
    restart: start,
    async stop() {
      const stopped = server.stop();
      // Immediate: the data is deleted next.
      await quit();
      await stopped;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().on("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => {
        if (typeof address === "object" && address !== null) resolve(address.port);
        else reject(new Error("There is no free port."));
      });
    });
  });
}
