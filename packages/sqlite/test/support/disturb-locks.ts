// Loaded into a receiver that a test kills: opens and closes the database at random moments, as a
// backup in the same process does, after which POSIX has dropped SQLite's locks.
import { closeSync, openSync, readFileSync } from "node:fs";

const MAX_PAUSE_MS = 20;

/** Starts to open and close the files of a database inside this process. */
export function disturbLocks(path: string): void {
  const again = () => {
    // The index of the log as often as the file: each has locks of its own.
    const name = Math.random() < 0.5 ? path : `${path}-shm`;
    try {
      if (Math.random() < 0.5) readFileSync(name);
      else closeSync(openSync(name, "r"));
    } catch {
      // Another process has just removed the index.
    }
    setTimeout(again, Math.random() * MAX_PAUSE_MS);
  };
  again();
}
