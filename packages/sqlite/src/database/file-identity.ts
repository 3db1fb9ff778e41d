import { statSync } from "node:fs";

/** Identifies the files that a path names at one moment, by device and inode. */
export interface FileIdentity {
  readonly file: string;
  /** The write-ahead log. */
  readonly log: string;
}

const NO_FILE = "none";

/** Returns the identity of the database file and of its log. */
export function readIdentity(path: string): FileIdentity {
  return { file: identify(path), log: identify(`${path}-wal`) };
}

/** Names the difference between two identities, or returns `null` if they are equal. */
export function describeDifference(before: FileIdentity, after: FileIdentity): string | null {
  if (after.file !== before.file)
    return after.file === NO_FILE ? "the file was removed" : "the file was replaced";
  if (after.log !== before.log)
    return after.log === NO_FILE
      ? "the write-ahead log was removed"
      : "the write-ahead log was replaced";
  return null;
}

function identify(path: string): string {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? NO_FILE : `${stats.dev}:${stats.ino}`;
}
