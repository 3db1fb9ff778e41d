import { JobberSyncError } from "@jobber-sync/core";
import type { ParsedResponse } from "./parse-response.ts";

/** A response in another API version than requested, or with a warning about its version. */
export interface VersionEvent {
  /** The requested version. */
  readonly asked: string;
  /** The version of the response; `null` when the response does not state one. */
  readonly answered: string | null;
  /** Jobber's warning, at most 500 characters. */
  readonly warning: string | null;
}

/**
 * Compares the version of a response with the requested one. Jobber silently replaces a removed
 * version by the oldest one it supports (docs/jobber-facts.md#api-versions). That one is newer, and
 * the query has already survived its documented breaking changes, so it is only reported.
 *
 * @returns the event to emit; `null` when the versions match and there is no warning
 * @throws {JobberSyncError} `ERR_API_VERSION` for an older version: Jobber documents no such
 * fallback, and fields may have another meaning in it
 */
export function checkVersion(
  { version, warning }: ParsedResponse,
  asked: string,
): VersionEvent | null {
  if (version !== null && version < asked) {
    throw new JobberSyncError(
      "ERR_API_VERSION",
      `Jobber responded in an older API version than ${asked}.`,
    );
  }
  return version === asked && warning === null
    ? null
    : { asked, answered: version, warning: warning === null ? null : warning.slice(0, 500) };
}
