import { isJobberSyncError, JobberSyncError } from "../errors.ts";
import type { JobberEvent } from "../events/jobber-event.ts";
import type { DeliveryWarning } from "../observability/lifecycle-events.ts";
import type { FetchedRecords, RecordSource } from "../records/record-source.ts";
import type { StatusOverrides } from "../records/snapshot-records.ts";
import type { SyncResult, SyncStore } from "../store/sync-store.ts";
import type { Submission } from "../submissions/build-submission.ts";
import type { ChangeDelivery } from "./build-change.ts";
import type { Handler } from "./handlers.ts";

/** A delivery on its way to the records. */
export interface DeliveryTask<E extends JobberEvent = JobberEvent> extends ChangeDelivery<E> {
  /** Taken at accept; orders a snapshot. */
  readonly sequence: number;
  /** Whether this is the second look at an object that was missing, or not deleted yet, at the first. */
  readonly rechecked: boolean;
}

/** A delivery whose effect is committed. */
export interface Processed {
  readonly kind: "processed";
  /** What it was taken for: a delete whose record is still there is an update. */
  readonly event: JobberEvent;
  readonly submission: Submission | null;
  /** What a notification's object was found to be; `null` where nothing was fetched. */
  readonly records: FetchedRecords | null;
  /** `null` when there was nothing to store. */
  readonly result: SyncResult | null;
  readonly warnings: readonly DeliveryWarning[];
}

/** What became of one delivery. */
export type TaskResult =
  | Processed
  /** There is nothing to do: a visit or property is gone, or an account that was to have disconnected the app has not. */
  | { readonly kind: "ignored"; readonly reason: "gone" | "still_connected" }
  /** A notification, and no source to resolve it. */
  | { readonly kind: "unresolved" }
  /** What the source said contradicts the topic; look again later. */
  | { readonly kind: "recheck"; readonly reason: "gone" | "still_there" }
  | { readonly kind: "failed"; readonly error: JobberSyncError }
  /** The run ended before its turn came. */
  | { readonly kind: "untouched" };

/** What processing needs. */
export interface Processor {
  readonly store: SyncStore;
  readonly source: RecordSource | undefined;
  readonly handlers: ReadonlyMap<string, Handler>;
  readonly statusOverrides: StatusOverrides | undefined;
  /** Called before each call of the source; resolves when the tenant's budget allows it. */
  readonly beforeFetch?: (tenant: string, signal: AbortSignal) => Promise<void>;
}

/** What is neither the store's nor the mapping's nor a handler's came from the source. */
export function failed(error: unknown): TaskResult {
  if (isJobberSyncError(error)) return { kind: "failed", error };
  return {
    kind: "failed",
    error: new JobberSyncError("ERR_API_NETWORK", "The source failed.", { cause: error }),
  };
}
