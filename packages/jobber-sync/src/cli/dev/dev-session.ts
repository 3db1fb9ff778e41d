import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AppOptions } from "../../options.ts";

/** A running `jobber-sync dev`, as the other commands find it in its folder. */
export interface DevSession {
  readonly pid: number;
  /** The server with webhooks and OAuth. */
  readonly url: string;
  /** The server that `trigger` talks to, on the loopback. */
  readonly controlUrl: string;
  /** Authorizes requests to `controlUrl`. */
  readonly controlToken: string;
  readonly tenant: string;
  /** The database file. */
  readonly database: string;
  /** The simulated app. Contains no secret of a real one. */
  readonly app: AppOptions;
}

/** Returns the folder in which `jobber-sync dev` keeps its files. */
function devFolder(cwd: string): string {
  return join(cwd, ".jobber-sync");
}

/** Creates the folder, ignored by git and readable by its owner only. */
export function createDevFolder(cwd: string): string {
  const folder = devFolder(cwd);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, ".gitignore"), "*\n");
  return folder;
}

/** Stores the session for other commands. Only the owner may read the file: it has a token. */
export function writeDevSession(cwd: string, session: DevSession): void {
  const file = sessionFile(cwd);
  rmSync(file, { force: true });
  writeFileSync(file, `${JSON.stringify(session, null, 2)}\n`, { mode: 0o600 });
}

/** Removes the stored session. */
export function removeDevSession(cwd: string): void {
  rmSync(sessionFile(cwd), { force: true });
}

/** Returns the session of the `jobber-sync dev` that runs in this folder; `null` without one. */
export function readDevSession(cwd: string): DevSession | null {
  const file = sessionFile(cwd);
  if (!existsSync(file)) return null;
  try {
    const session = JSON.parse(readFileSync(file, "utf8")) as DevSession;
    return isRunning(session.pid) ? session : null;
  } catch {
    return null;
  }
}

function sessionFile(cwd: string): string {
  return join(devFolder(cwd), "dev.json");
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
