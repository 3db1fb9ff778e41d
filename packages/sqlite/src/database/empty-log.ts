import type { Connection } from "./connection.ts";
import { isBusy } from "./store-error.ts";

/**
 * Brings the write-ahead log into the file and empties it, so that what was erased is gone from both. Not when somebody else is reading or
 * writing for longer than a moment: then it is left as it is.
 */
export function emptyLog(connection: Connection): void {
  try {
    connection.get("PRAGMA wal_checkpoint(TRUNCATE)");
  } catch (error) {
    if (!isBusy(error)) throw error;
  }
}
