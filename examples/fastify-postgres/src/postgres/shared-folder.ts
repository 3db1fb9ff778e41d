import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Where the server in `folder` says how it is reached. */
export function addressFile(folder: string): string {
  return join(folder, "address");
}

/** What stands there: an address, an `error: …`, or nothing yet. */
export function readAddress(folder: string): string {
  try {
    return readFileSync(addressFile(folder), "utf8");
  } catch {
    return "";
  }
}

/**
 * Makes this process the one that runs the server in `folder`.
 *
 * @returns how to give that up; `null` when another process that lives is it already
 */
export function claimFolder(folder: string): (() => void) | null {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "owner");
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: "wx" });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
      if (isAlive(Number(readFileSync(file, "utf8")))) return null;
      // Left behind by one that was killed.
      rmSync(file, { force: true });
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch {
    return false;
  }
}
