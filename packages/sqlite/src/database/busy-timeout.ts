import type { SqliteHandle } from "./sqlite-handle.ts";

/**
 * Time that a statement may wait for a lock while the database is being opened. Nothing else runs
 * in a process that is starting. Milliseconds.
 */
const OPENING_MS = 5_000;
/**
 * Time that a statement may wait for a lock in normal operation. SQLite blocks the event loop while
 * it waits, so the wait is short; group-commit.ts retries the transaction later. Milliseconds.
 */
const NORMAL_MS = 5;

/** Sets the lock timeout for opening and migrating the database. */
export function setOpeningTimeout(handle: SqliteHandle): void {
  handle.exec(`PRAGMA busy_timeout = ${OPENING_MS}`);
}

/** Sets the lock timeout for normal operation. */
export function setNormalTimeout(handle: SqliteHandle): void {
  handle.exec(`PRAGMA busy_timeout = ${NORMAL_MS}`);
}
