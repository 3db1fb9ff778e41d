import { JobberSyncError } from "@jobber-sync/core";
import { messageOf, storeError } from "./store-error.ts";

/** What pg-boss throws, or reports as a plain object, coded. It throws assertions for a boss that is not running. */
export function bossError(error: unknown): JobberSyncError {
  const message = messageOf(error);
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
      "The pg-boss queue of jobber-sync is missing. Run migrate() once before.",
      { cause: error },
    );
  }
  return storeError(error);
}
