import { JobberSyncError } from "@jobber-sync/core";
import type { ParsedResponse } from "./parse-response.ts";

/** Said when another API version answered than was asked for, or when Jobber warns about the one that did. */
export interface VersionEvent {
  readonly asked: string;
  readonly answered: string | null;
  /** Jobber's own words. */
  readonly warning: string | null;
}

/**
 * Compares the version that answered with the one that was asked for. A removed version is silently answered by the oldest supported one
 * (F5.2): newer, so its documented breaks are what the query already survived.
 *
 * @returns what to emit; `null` when all is as asked
 * @throws {JobberSyncError} `ERR_API_VERSION` for an older version: nothing documents such a fallback, and its fields may mean other things
 */
export function checkVersion(
  { version, warning }: ParsedResponse,
  asked: string,
): VersionEvent | null {
  if (version !== null && version < asked) {
    throw new JobberSyncError(
      "ERR_API_VERSION",
      `Jobber answered with an older API version than ${asked}.`,
    );
  }
  return version === asked && warning === null
    ? null
    : { asked, answered: version, warning: warning === null ? null : warning.slice(0, 500) };
}
