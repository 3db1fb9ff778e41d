import { isJobberSyncError, JobberSyncError } from "../errors.ts";
import type { JobberEvent } from "../events/jobber-event.ts";
import type { Inbox } from "../inbox/inbox.ts";
import type { DeliveryWarning } from "../observability/lifecycle-events.ts";
import type { Logger } from "../observability/logger.ts";
import type { RecordExtras } from "../records/extra.ts";
import type { StatusOverrides } from "../records/map-job-status.ts";
import type { FetchedRecords, RecordSource } from "../records/record-source.ts";
import type { SnapshotExtra } from "../records/snapshot-extra.ts";
import type { SyncReader, SyncResult, SyncStore } from "../store/sync-store.ts";
import type { Submission } from "../submissions/build-submission.ts";
import type { ChangeDelivery } from "./build-change.ts";
import type { AnyHandler } from "./handlers.ts";
import type { InferenceGuard } from "./inference-guard.ts";

/** A claimed delivery being processed. */
export interface DeliveryTask<E extends JobberEvent = JobberEvent> extends ChangeDelivery<E> {
  /** Drawn at accept; orders a snapshot's write. */
  readonly sequence: number;
  /** 1 for the first try, plus one for each earlier failure of the delivery's own. */
  readonly attempt: number;
  /** See `ClaimedDelivery.recheckSince`. */
  readonly recheckSince: number | null;
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
  /**
   * The source contradicts the notification: it does not find the object, still finds a destroyed
   * one, or returns data from before the change. Fetch again at `dueAt`.
   */
  | {
      readonly kind: "recheck";
      readonly reason: "gone" | "still_there" | "stale";
      /** The time of this look. Milliseconds since 1970. */
      readonly at: number;
      /** Milliseconds since 1970. */
      readonly dueAt: number;
    }
  /** Fetched at `dueAt` (milliseconds since 1970), once for the whole burst. */
  | { readonly kind: "wait"; readonly dueAt: number }
  | { readonly kind: "failed"; readonly error: JobberSyncError }
  /** The run ended before this delivery was started. */
  | { readonly kind: "untouched" };

/** Settings of further looks at an object whose fetch may have come from a replica that lags. */
export interface Freshness {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Times of the further looks, ascending, from the first one. Milliseconds. */
  readonly looksMs: readonly number[];
  /** Whether a run may wait until one fetch shows every change of a burst. */
  readonly waits: boolean;
}

/** Dependencies of processing. */
export interface Processor {
  readonly store: SyncStore;
  readonly source: RecordSource<RecordExtras> | undefined;
  readonly handlers: ReadonlyMap<string, AnyHandler>;
  readonly statusOverrides: StatusOverrides | undefined;
  readonly snapshotExtra: SnapshotExtra | undefined;
  readonly logger: Logger;
  /** See `Inbox.parentOf`. Absent in inline mode. */
  readonly parentOf?: Inbox["parentOf"] | undefined;
  /** See `SyncReader.jobIds`. Absent if the store cannot be read. */
  readonly jobIds?: SyncReader["jobIds"] | undefined;
  /** Absent in inline mode, which infers no deletes. */
  readonly inferences?: InferenceGuard | undefined;
  /** Absent in inline mode, which has no later run. */
  readonly freshness?: Freshness | undefined;
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
