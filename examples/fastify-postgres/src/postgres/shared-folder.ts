import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Returns the file that contains the address of the server in `folder`. */
export function addressFile(folder: string): string {
  return join(folder, "address");
}

/** Reads that file: an address, `error: …`, or `""` before the server has started. */
export function readAddress(folder: string): string {
  try {
    return readFileSync(addressFile(folder), "utf8");
  } catch {
    return "";
  }
}

/**
 * Claims the server in `folder` for this process.
 *
 * @returns a function that releases the claim; `null` if a live process holds it
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
      // Left behind by a process that was killed.
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
