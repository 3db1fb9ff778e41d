import { describeDifference, readIdentity } from "./file-identity.ts";
import { findFileLocks } from "./file-locks.ts";

/** Watches the files of an open database. */
export interface FileGuard {
  /** Returns how the files have changed since the guard was created, or `null`. */
  check(): string | null;
  /** Whether the system shows SQLite's locks, so that their loss is noticed too. */
  readonly seesLocks: boolean;
  /** Returns whether the path still names the open file. */
  ownsFile(): boolean;
  /** Returns whether the log beside the path is still the open one. */
  ownsLog(): boolean;
  close(): void;
}

/** The reason for a guard's failure when only the locks are gone. */
const UNLOCKED = "SQLite's locks on the file were dropped";

/**
 * Creates the guard of a database that is open now.
 *
 * An open database depends on two facts that SQLite does not verify. The path must still name its
 * files: after the file or its log was removed or replaced, commits go to files that no process
 * will open again. And its locks must be in place: POSIX drops them when any other code in this
 * process opens and closes the file, such as a backup or a second SQLite library. The next program
 * that closes the file then takes itself for its last user and removes the log.
 *
 * @param path absolute
 */
export function createFileGuard(path: string): FileGuard {
  const identity = readIdentity(path);
  const locks = findFileLocks(path);
  return {
    seesLocks: locks !== null,
    ownsFile: () => readIdentity(path).file === identity.file,
    ownsLog: () => readIdentity(path).log === identity.log,
    check() {
      // The locks last: if they are in place now, nothing can have removed the log before.
      const difference = describeDifference(identity, readIdentity(path));
      if (difference !== null) return difference;
      return locks === null || locks.areHeld() ? null : UNLOCKED;
    },
    close() {
      locks?.close();
    },
  };
}
