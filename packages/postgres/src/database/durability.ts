import { JobberSyncError } from "@jobber-sync/core";

/** What a session says of how it commits. */
export interface Durability {
  readonly fsync: string;
  readonly synchronousCommit: string;
}

/** The arguments of `json_build_object` that give a {@link Durability}. */
export const DURABILITY_JSON =
  "'fsync', current_setting('fsync'), 'synchronousCommit', current_setting('synchronous_commit')";

/** @throws {JobberSyncError} `ERR_STORE_SETTINGS` when a crash of the server may lose what it has committed */
export function checkDurability({ fsync, synchronousCommit }: Durability): void {
  if (fsync === "on" && synchronousCommit !== "off") return;
  const setting = fsync === "on" ? "synchronous_commit" : "fsync";
  throw new JobberSyncError(
    "ERR_STORE_SETTINGS",
    `PostgreSQL runs with ${setting} = off: a crash of the server would lose deliveries that were answered 200. Set it to on for this role or database.`,
  );
}
