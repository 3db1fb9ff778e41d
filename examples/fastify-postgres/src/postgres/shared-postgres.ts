import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { addressFile, readAddress } from "./shared-folder.ts";

/** A server, and this process's stake in it. */
export interface SharedServer {
  readonly connectionString: string;
  /** Says that this process needs the server no more. */
  release(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL("run-shared-postgres.ts", import.meta.url));
const WAIT_MS = 30_000;
const LOOK_MS = 100;

/**
 * The embedded PostgreSQL in a folder, shared by every program that names the same one: the first starts it, as a process of its own, and
 * it ends a few seconds after the last has gone.
 */
export async function sharedPostgres(folder: string): Promise<SharedServer> {
  const path = resolve(folder);
  const end = performance.now() + WAIT_MS;
  let started = false;
  while (performance.now() < end) {
    const address = readAddress(path);
    if (address.startsWith("postgres:")) {
      const client = await connect(address);
      if (client !== null) return { connectionString: address, release: () => client.end() };
    } else if (started && address !== "") throw new Error(address);
    if (!started) {
      started = true;
      // What stands there is of a server that was killed.
      rmSync(addressFile(path), { force: true });
      spawn(process.execPath, [PROGRAM, path], { detached: true, stdio: "ignore" }).unref();
    }
    await delay(LOOK_MS);
  }
  throw new Error(`No PostgreSQL came up in ${path} within ${WAIT_MS / 1000} s.`);
}

/** A connection that does nothing but keep the server up. */
async function connect(connectionString: string): Promise<pg.Client | null> {
  const client = new pg.Client({
    connectionString,
    connectionTimeoutMillis: 2000,
    keepAlive: true,
  });
  // The pool will notification too, and it is the one that matters.
  client.on("error", () => {});
  return client.connect().then(
    () => client,
    () => null,
  );
}
