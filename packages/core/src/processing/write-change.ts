import { isJobberSyncError, JobberSyncError } from "../errors.ts";
import type { JobberEvent } from "../events/jobber-event.ts";
import type { DeliveryWarning } from "../observability/lifecycle-events.ts";
import type { SyncChange, SyncResult, SyncStore } from "../store/sync-store.ts";
import type { BuiltChange } from "./build-change.ts";
import { withinRun } from "./within-run.ts";

/** Returns the event's warnings, plus one for a job status that is not in our table. */
export function warningsOf(event: JobberEvent, { jobs }: SyncChange): readonly DeliveryWarning[] {
  const unknown = jobs.some(
    (write) =>
      write.mode !== "delete" &&
      write.fields.status === null &&
      typeof write.fields.jobberStatus === "string",
  );
  if (!unknown) return event.warnings;
  const path = event.kind === "snapshot" ? "data.status" : "job.jobStatus";
  return [...event.warnings, { code: "unknown_status", path }];
}

/** Applies a change to the store. @throws {JobberSyncError} see {@link callStore} */
export function applyChange(
  store: SyncStore,
  { change }: BuiltChange,
  signal: AbortSignal,
): Promise<SyncResult> {
  return callStore(() => store.apply(change), signal);
}

/**
 * Calls the store.
 *
 * @throws {JobberSyncError} the store's own coded error; `ERR_STORE` when the signal aborts first
 * or for anything else the store throws, with its error in `cause`
 */
export async function callStore<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await withinRun(
      call,
      signal,
      () => new JobberSyncError("ERR_STORE", "The store did not respond in time."),
    );
  } catch (error) {
    if (isJobberSyncError(error)) throw error;
    throw new JobberSyncError("ERR_STORE", "The store failed.", { cause: error });
  }
}

/**
 * Runs the code that builds a change, which includes the user's status function.
 *
 * @throws {JobberSyncError} `ERR_MAPPING`, with the thrown error in `cause`
 */
export function mapEvent<T>(build: () => T): T {
  try {
    return build();
  } catch (error) {
    throw new JobberSyncError("ERR_MAPPING", "The event could not be mapped to records.", {
      cause: error,
    });
  }
}
