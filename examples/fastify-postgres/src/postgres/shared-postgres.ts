import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { addressFile, readAddress } from "./shared-folder.ts";

/** A shared server, kept running by a connection of this process. */
export interface SharedServer {
  readonly connectionString: string;
  /** Closes that connection. */
  release(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL("run-shared-postgres.ts", import.meta.url));
const WAIT_MS = 30_000;
const POLL_MS = 100;

/**
 * Connects to the embedded PostgreSQL server of a folder, which all programs that name the folder
 * share. The first one starts it as a separate process, which ends a few seconds after the last
 * client has disconnected.
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
      // The address is that of a server that was killed.
      rmSync(addressFile(path), { force: true });
      spawn(process.execPath, [PROGRAM, path], { detached: true, stdio: "ignore" }).unref();
    }
    await delay(POLL_MS);
  }
  throw new Error(`PostgreSQL did not start in ${path} within ${WAIT_MS / 1000} s.`);
}

/** Opens the connection that keeps the server running. */
async function connect(connectionString: string): Promise<pg.Client | null> {
  const client = new pg.Client({
    connectionString,
    connectionTimeoutMillis: 2000,
    keepAlive: true,
  });
  // The pool reports a broken connection too.
  client.on("error", () => {});
  return client.connect().then(
    () => client,
    () => null,
  );
}
