import { JobberSyncError } from "@jobber-sync/core";
import { messageOf, storeError } from "./store-error.ts";

/** Converts an error of pg-boss, thrown or emitted as a plain object, to a coded error. */
export function bossError(error: unknown): JobberSyncError {
  const message = messageOf(error);
  // pg-boss reports an instance that is not running through assertions, which carry no code.
  if (/not opened|not initialized|is stopped/.test(message)) {
    return new JobberSyncError(
      "ERR_STORE_SETTINGS",
      "pg-boss is not running. Call await boss.start() before migrate(), accept() or a worker's start().",
      { cause: error },
    );
  }
  if (/^Queue .* does not exist/.test(message)) {
    return new JobberSyncError(
      "ERR_STORE_SCHEMA",
      "The pg-boss queue of jobber-sync is missing. Run migrate() once before using the inbox.",
      { cause: error },
    );
  }
  return storeError(error);
}
