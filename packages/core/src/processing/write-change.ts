import { isJobberSyncError, JobberSyncError } from "../errors.ts";
import type { JobberEvent } from "../events/jobber-event.ts";
import type { DeliveryWarning } from "../observability/lifecycle-events.ts";
import type { SyncChange, SyncResult, SyncStore } from "../store/sync-store.ts";
import type { BuiltChange } from "./build-change.ts";
import { withinRun } from "./within-run.ts";

/** What a person should hear of: what could not be read in the body, and a status that is none we know. */
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

export function applied(
  store: SyncStore,
  { change }: BuiltChange,
  signal: AbortSignal,
): Promise<SyncResult> {
  return stored(() => store.apply(change), signal);
}

/** A store's own coded errors pass; whatever else it throws is one. */
export async function stored<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await withinRun(
      call,
      signal,
      () => new JobberSyncError("ERR_STORE", "The store did not answer in time."),
    );
  } catch (error) {
    if (isJobberSyncError(error)) throw error;
    throw new JobberSyncError("ERR_STORE", "The store failed.", { cause: error });
  }
}

export function mapped<T>(build: () => T): T {
  try {
    return build();
  } catch (error) {
    throw new JobberSyncError("ERR_MAPPING", "The event could not be turned into records.", {
      cause: error,
    });
  }
}
