import { isJobberSyncError, JobberSyncError } from "../errors.ts";
import type { JobberEvent } from "../events/jobber-event.ts";
import type { DeliveryWarning } from "../observability/lifecycle-events.ts";
import type { Logger } from "../observability/logger.ts";
import type { RecordExtras } from "../records/extra.ts";
import type { StatusOverrides } from "../records/map-job-status.ts";
import type { FetchedRecords, RecordSource } from "../records/record-source.ts";
import type { SnapshotExtra } from "../records/snapshot-extra.ts";
import type { SyncResult, SyncStore } from "../store/sync-store.ts";
import type { Submission } from "../submissions/build-submission.ts";
import type { ChangeDelivery } from "./build-change.ts";
import type { AnyHandler } from "./handlers.ts";

/** A claimed delivery being processed. */
export interface DeliveryTask<E extends JobberEvent = JobberEvent> extends ChangeDelivery<E> {
  /** Drawn at accept; orders a snapshot's write. */
  readonly sequence: number;
  /** 1 for the first try, plus one for each earlier failure of the delivery's own. */
  readonly attempt: number;
  /** Whether an earlier run found the object missing, or a destroyed object still there. */
  readonly rechecked: boolean;
}

/** A delivery whose effect is committed. */
export interface Processed {
  readonly kind: "processed";
  /** The event as understood: a destroy whose record still exists is an update. */
  readonly event: JobberEvent;
  readonly submission: Submission | null;
  /** Records that the source returned; `null` when nothing was fetched. */
  readonly records: FetchedRecords<RecordExtras> | null;
  /** `null` when there was nothing to store. */
  readonly result: SyncResult | null;
  readonly warnings: readonly DeliveryWarning[];
}

/** Result of processing one delivery. */
export type TaskResult =
  | Processed
  /** Nothing to do: the visit or property is gone, or the account is still connected. */
  | { readonly kind: "ignored"; readonly reason: "gone" | "still_connected" }
  /** A notification without a source to resolve it. */
  | { readonly kind: "unresolved" }
  /** The source contradicts the topic; fetch again later. */
  | { readonly kind: "recheck"; readonly reason: "gone" | "still_there" }
  | { readonly kind: "failed"; readonly error: JobberSyncError }
  /** The run ended before this delivery was started. */
  | { readonly kind: "untouched" };

/** Dependencies of processing. */
export interface Processor {
  readonly store: SyncStore;
  readonly source: RecordSource<RecordExtras> | undefined;
  readonly handlers: ReadonlyMap<string, AnyHandler>;
  readonly statusOverrides: StatusOverrides | undefined;
  readonly snapshotExtra: SnapshotExtra | undefined;
  readonly logger: Logger;
  /** Called before each call of the source; resolves once the tenant's rate limit allows it. */
  readonly beforeFetch?: (tenant: string, signal: AbortSignal) => Promise<void>;
}

/** Turns a thrown value into a result. Only our own code can throw an uncoded error here. */
export function failed(error: unknown): TaskResult & { readonly kind: "failed" } {
  if (isJobberSyncError(error)) return { kind: "failed", error };
  const cause = { cause: error };
  return {
    kind: "failed",
    error: new JobberSyncError("ERR_MAPPING", "The delivery could not be processed.", cause),
  };
}
