import type { StatusOverrides, SyncReader } from "@jobber-sync/core";
import type { CursorStore, SyncStore } from "@jobber-sync/core/ports";
import type { JobberApi } from "../create-jobber-api.ts";
import type { Sleep } from "../limits/tenant-limits.ts";

/** What one reconcile works with. */
export interface ReconcileContext {
  readonly tenant: string;
  readonly api: Pick<JobberApi, "fetch" | "request">;
  readonly store: SyncStore & Pick<SyncReader, "jobs" | "contacts">;
  readonly cursors: CursorStore;
  readonly statusOverrides: StatusOverrides;
  readonly now: () => number;
  readonly sleep: Sleep;
  readonly signal: AbortSignal;
  /** Called before each request, with the tenant. */
  readonly beforeFetch: (tenant: string, signal: AbortSignal) => Promise<void>;
  /** Called between requests: says that this reconcile still lives. */
  readonly heartbeat: () => Promise<void>;
}

/** What became of the records of one kind. */
export interface ReconcileCounts {
  /** Records that Jobber listed. */
  seen: number;
  /** Records that were not stored: a webhook was missed. */
  inserted: number;
  /** Records that were stored otherwise: a webhook was missed, or has not arrived yet. */
  updated: number;
  /** Tombstones set for records that Jobber does not have any more. */
  deleted: number;
  /** Tombstones lifted because Jobber still has the record. */
  revived: number;
}
