import type { Dispatch, Hook } from "@jobber-sync/core/ports";
import type { TenantEvent } from "../hooks.ts";
import type { ReconcileReport, RecordType, WebhookCounts } from "./reconcile-report.ts";

/** The progress of a walk over all records of one type, or of those that changed. */
export interface ReconcileProgress extends TenantEvent {
  readonly type: RecordType;
  /** Whether the walk covers all records: a backfill or a sweep. */
  readonly full: boolean;
  /** Records read so far, including earlier runs of a resumed walk. */
  readonly done: number;
  /**
   * A rough total: what the last full walk read, else the highest job number. `null` when neither
   * is known.
   */
  readonly total: number | null;
  /** Records per second since the run began. */
  readonly rate: number;
  /** A rough estimate of the time left, in seconds; `null` without a total. */
  readonly secondsLeft: number | null;
}

/** Webhooks that do not arrive. The counts are zero if only their pause was noticed. */
export interface SilentEvent extends TenantEvent, Readonly<WebhookCounts> {
  /** When the last webhook arrived, if they pause unusually long. Milliseconds since 1970. */
  readonly quietSince?: number | undefined;
}

/** A record that could not be read. */
export interface UnreadableRecord extends TenantEvent {
  readonly type: RecordType;
  /** `null` when Jobber did not even return the id. */
  readonly id: string | null;
  /** Why, without values of the record. */
  readonly reason: string;
}

/** A sweep that found too many records missing and deleted none of them. */
export interface RefusedDeletion extends TenantEvent {
  readonly type: RecordType;
  /** Stored records that Jobber no longer lists. */
  readonly missing: number;
  /** Stored records, tombstones excluded. */
  readonly stored: number;
}

/**
 * Hooks of `createReconciler`, called synchronously and never awaited: keep them short. A hook that
 * throws or rejects is logged with its error and has no other effect.
 */
export interface ReconcilerHooks {
  /** A page was read and written. */
  readonly progress?: Hook<ReconcileProgress> | undefined;
  /** A record could not be read and was skipped. It is read again in the next run. */
  readonly unreadable?: Hook<UnreadableRecord> | undefined;
  /**
   * A sweep refused to delete records because too many are missing. Call `acknowledgeMissing` if
   * they are really gone. Emitted once per refusal.
   */
  readonly refused?: Hook<RefusedDeletion> | undefined;
  /**
   * Reconcile had to write more changes than webhooks brought, twice in a row or many at once:
   * webhooks are probably switched off or not arriving. Emitted once until webhooks bring changes
   * again. `createJobberSync` also emits it when the webhooks of a usually busy tenant pause.
   */
  readonly silent?: Hook<SilentEvent> | undefined;
  /** A run ended. */
  readonly reconciled?: Hook<TenantEvent & { readonly report: ReconcileReport }> | undefined;
  /** A scheduled run failed; the next one continues where this one stopped. */
  readonly failed?: Hook<TenantEvent & { readonly error: unknown }> | undefined;
}

/** The events of {@link ReconcilerHooks}, by name. */
export type ReconcilerEvents = {
  readonly [N in keyof ReconcilerHooks]-?: Parameters<NonNullable<ReconcilerHooks[N]>>[0];
};

/** Publishes an event to the hooks and the diagnostics channel. */
export type EmitReconcile = Dispatch<ReconcilerEvents>;
