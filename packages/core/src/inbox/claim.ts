import type { ObjectRef } from "./delivery.ts";
import type { ObjectParent } from "./object-parent.ts";
import type { ClaimedRefresh, ObjectRefresh } from "./refresh.ts";

/** A delivery that a run has claimed. */
export interface ClaimedDelivery {
  /** Drawn from the sequence of `SyncStore.nextSequence`. The writes of a snapshot carry it. */
  readonly sequence: number;
  readonly deliveryKey: string;
  readonly body: Uint8Array;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  /**
   * Start of the delivery's age: `receivedAt`, or the time of the last replay. Milliseconds since
   * 1970.
   */
  readonly startedAt: number;
  /** Failures caused by the delivery itself (mapping, handler). */
  readonly attempts: number;
  /** Failures with another cause (source or store unavailable). They determine the back-off. */
  readonly retries: number;
  /**
   * When a first look found the record missing, not yet deleted or older than its change, so that
   * further ones follow; `null` before that.
   */
  readonly recheckSince: number | null;
  /** Time spent in `paused`, which does not count as age. Milliseconds. */
  readonly pausedMs: number;
  /**
   * Why the delivery was released or quarantined before; `null` for a first run or after a redrive.
   */
  readonly reason: string | null;
}

/** One run's hold on an object: its lane, and the rows taken with it. */
export interface Claim {
  /**
   * Unique. Every claim of an object has its own, so that a lane that was taken over no longer
   * matches.
   */
  readonly id: string;
  readonly object: ObjectRef;
  /** Milliseconds since 1970, by the inbox's own clock. */
  readonly claimedAt: number;
  /** Ascending by sequence. */
  readonly deliveries: readonly ClaimedDelivery[];
  /** The object's refresh, due or not; `null` without one. */
  readonly refresh: ClaimedRefresh | null;
}

/** Options of `Inbox.settle`. */
export interface SettleOptions {
  /** Refreshes to request in the same transaction, of this object or of others. */
  readonly refreshes?: readonly ObjectRefresh[] | undefined;
  /** Parents to remember for `Inbox.parentOf`, each object once. */
  readonly parents?: readonly ObjectParent[] | undefined;
}

/**
 * Result of one claimed delivery. `error` is the message of its failure, see `DeliveryInfo.error`;
 * left out, the row keeps the message of an earlier failure.
 */
export type Settlement = { readonly sequence: number } & (
  | { readonly state: "done" }
  | {
      /** Releases the row to be processed again at `dueAt` (milliseconds since 1970). */
      readonly state: "waiting";
      readonly dueAt: number;
      readonly attempts: number;
      readonly retries: number;
      readonly recheckSince: number | null;
      readonly reason: string | null;
      readonly error?: string | null | undefined;
    }
  | {
      readonly state: "unresolved" | "paused" | "quarantined" | "dead";
      readonly attempts: number;
      readonly reason: string;
      readonly error?: string | null | undefined;
    }
);

/** Options of `Inbox.extend`. */
export interface LeaseOptions {
  /** Duration of the lease, from `now`. Milliseconds. */
  readonly leaseMs: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Options of `Inbox.claim`. */
export interface ClaimOptions extends LeaseOptions {
  /**
   * Maximum number of rows; the lowest sequences are taken. A claim of fewer rows means that no
   * others are due. May be `Infinity`.
   *
   * @default all rows that are due
   */
  readonly limit?: number | undefined;
  /** Whether debounced rows count as due, see `Inbox.accept`. @default false */
  readonly debounced?: boolean | undefined;
}
