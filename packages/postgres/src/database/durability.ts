import { JobberSyncError } from "@jobber-sync/core";

/** The session settings that decide whether a commit survives a crash. */
export interface Durability {
  readonly fsync: string;
  readonly synchronousCommit: string;
}

/** Arguments for `json_build_object` that produce a {@link Durability}. */
export const DURABILITY_JSON =
  "'fsync', current_setting('fsync'), 'synchronousCommit', current_setting('synchronous_commit')";

/**
 * Verifies that commits are durable.
 *
 * @throws {JobberSyncError} `ERR_STORE_SETTINGS` if a server crash may lose committed transactions
 */
export function checkDurability({ fsync, synchronousCommit }: Durability): void {
  if (fsync === "on" && synchronousCommit !== "off") return;
  const setting = fsync === "on" ? "synchronous_commit" : "fsync";
  throw new JobberSyncError(
    "ERR_STORE_SETTINGS",
    `PostgreSQL runs with ${setting} = off: a server crash would lose deliveries that were acknowledged with 200. Set it to on for this role or database. If your host replicates the log itself and only reports ${setting} = off (Neon does), pass requireDurable: false.`,
  );
}
