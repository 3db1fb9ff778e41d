import type { SqliteHandle } from "./sqlite-handle.ts";

/** How long opening may wait for another process that opens or migrates: nothing else runs in a program that starts. Milliseconds. */
const OPENING_MS = 5_000;
/**
 * While a statement waits for a lock the whole program stands still, so it waits briefly; a transaction that finds the database locked is
 * begun again later (see group-commit.ts). Milliseconds.
 */
const USUAL_MS = 5;

/** Lets statements wait for locks as long as opening may take. */
export function waitAsInOpening(handle: SqliteHandle): void {
  handle.exec(`PRAGMA busy_timeout = ${OPENING_MS}`);
}

/** Lets statements wait for locks as long as a program may stand still. */
export function waitAsUsual(handle: SqliteHandle): void {
  handle.exec(`PRAGMA busy_timeout = ${USUAL_MS}`);
}
