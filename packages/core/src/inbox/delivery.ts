import type { ObjectType } from "../events/topics.ts";

/** One object of one tenant. Deliveries are claimed and processed per object. */
export interface ObjectRef {
  readonly tenant: string;
  readonly objectType: ObjectType;
  readonly objectId: string;
}

/**
 * State of a delivery. `transitions.ts` lists every change of state.
 *
 * - `waiting`: to be processed once `dueAt` is reached
 * - `claimed`: a run is processing it, or was when its worker died
 * - `done`: its effect is committed
 * - `unresolved`: a notification that arrived while no source was configured; replay it once there
 *   is one
 * - `paused`: its tenant has to authorize again; `resume` continues it
 * - `quarantined`: signed, but not a valid event of this tenant; replay it after fixing the cause
 * - `dead`: retries exhausted; redrive it after fixing the cause
 */
export type DeliveryState =
  | "waiting"
  | "claimed"
  | "done"
  | "unresolved"
  | "paused"
  | "quarantined"
  | "dead";

/** A verified delivery on its way into the inbox. */
export interface IncomingDelivery extends ObjectRef {
  /**
   * `""` when no tenant owns the account that the delivery names; such a delivery is quarantined.
   */
  readonly tenant: string;
  /**
   * `unknown`, with the hash of the body as `objectId`, for a body that is no event; such a
   * delivery is quarantined.
   */
  readonly objectType: ObjectType;
  readonly objectId: string;
  /** See `deliveryKey`. Indexed, not unique. */
  readonly deliveryKey: string;
  /** The topic of a notification, the event of a snapshot, `null` for a body that is no event. */
  readonly topic: string | null;
  /** The bytes that were verified. */
  readonly body: Uint8Array;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  /**
   * Delay from `receivedAt` until the delivery is due, so that deliveries of one user action share
   * a fetch. At most 5,000 ms (`MAX_DEBOUNCE_MS`).
   *
   * @default 0
   */
  readonly delayMs?: number | undefined;
  readonly state: "waiting" | "quarantined";
  /** The error code of a quarantined delivery. */
  readonly reason: string | null;
}

/**
 * Result of accepting a delivery. Every outcome means stored; all but quarantined deliveries are
 * queued too.
 */
export interface AcceptedDelivery {
  readonly sequence: number;
  /**
   * - `duplicate`: the tenant sent this delivery key before
   * - `coalesced`: another delivery of the object is waiting, so that both may share a run
   * - `accepted`: neither
   */
  readonly outcome: "accepted" | "coalesced" | "duplicate";
}

/**
 * Selects deliveries. Conditions that are left out match every delivery.
 *
 * To page through any number of deliveries, pass the sequence at the end of a page as
 * `beforeSequence` (with `newestFirst`) or `afterSequence` of the next one. With both, the cost of
 * a page is bounded by the distance between them, whatever the other conditions are.
 */
export interface DeliveryFilter {
  readonly tenant?: string | undefined;
  readonly states?: readonly DeliveryState[] | undefined;
  readonly objectType?: ObjectType | undefined;
  readonly objectId?: string | undefined;
  readonly topic?: string | undefined;
  /** Received at this time or later. Milliseconds since 1970. */
  readonly receivedFrom?: number | undefined;
  /** Received before this time. Milliseconds since 1970. */
  readonly receivedBefore?: number | undefined;
  readonly sequences?: readonly number[] | undefined;
  /** Only deliveries with a higher sequence. `list` only: other operations ignore it. */
  readonly afterSequence?: number | undefined;
  /** Only deliveries with a lower sequence. `list` only: other operations ignore it. */
  readonly beforeSequence?: number | undefined;
  /** Sorts the newest first, also for the limit. `list` only. @default false: oldest first */
  readonly newestFirst?: boolean | undefined;
  /**
   * Maximum number of deliveries, oldest first. May be `Infinity`.
   *
   * @default 100 for `list`, otherwise no limit
   */
  readonly limit?: number | undefined;
}

/** A delivery as tools see it. Leaves out the body, which contains customer data. */
export interface DeliveryInfo {
  readonly sequence: number;
  readonly tenant: string;
  readonly objectType: ObjectType;
  readonly objectId: string;
  readonly deliveryKey: string;
  readonly topic: string | null;
  readonly state: DeliveryState;
  readonly reason: string | null;
  /**
   * Message of the last failure, with the text that your own handler, source or status function
   * threw; `null` if nothing failed, and once the delivery is `done` or replayed. At most 500
   * characters.
   */
  readonly error: string | null;
  readonly attempts: number;
  readonly retries: number;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  /**
   * When a `waiting` delivery is to be processed. Without meaning in other states. Milliseconds
   * since 1970.
   */
  readonly dueAt: number;
  /** Size of the body; `null` once the body was erased. */
  readonly bodyBytes: number | null;
}

/** Number and age of one tenant's deliveries in one state. */
export interface DeliveryStats {
  readonly tenant: string;
  readonly state: Exclude<DeliveryState, "done">;
  /** At least 1. */
  readonly rows: number;
  /** Time since the oldest of them was received. Milliseconds. */
  readonly oldestAgeMs: number;
}
