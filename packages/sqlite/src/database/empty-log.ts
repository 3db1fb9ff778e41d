import type { Connection } from "./connection.ts";
import { isBusy } from "./store-error.ts";

/**
 * Copies the write-ahead log into the file and truncates it, so that erased bodies remain in
 * neither. Leaves the log as it is while another process holds a lock; the next purge tries again.
 */
export function emptyLog(connection: Connection): void {
  try {
    connection.get("PRAGMA wal_checkpoint(TRUNCATE)");
  } catch (error) {
    if (!isBusy(error)) throw error;
  }
}
