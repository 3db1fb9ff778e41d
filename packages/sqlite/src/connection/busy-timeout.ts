import { readPragma } from "./read-pragma.ts";
import type { SqliteHandle } from "./sqlite-handle.ts";

/** How long opening may wait for another process that opens or migrates: nothing else runs in a program that starts. Milliseconds. */
const OPENING_MS = 5_000;
/**
 * While a statement waits for a lock the whole program stands still, so ours wait briefly; a transaction that finds the database locked is
 * begun again later (see group-commit.ts). Milliseconds.
 */
const OWN_MS = 5;
/** What a handle of the user's keeps at most: the receiver answers within 800 ms. */
const FOREIGN_MS = 300;

/** Lets statements wait as long as opening may take. @returns sets what holds afterwards */
export function waitWhileOpening(handle: SqliteHandle, own: boolean): () => void {
  const before = Number(readPragma(handle, "busy_timeout", "timeout"));
  handle.exec(`PRAGMA busy_timeout = ${OPENING_MS}`);
  return () => {
    handle.exec(`PRAGMA busy_timeout = ${own ? OWN_MS : Math.min(before, FOREIGN_MS)}`);
  };
}
