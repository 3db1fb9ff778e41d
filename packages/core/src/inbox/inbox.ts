import type { ObjectType } from "../events/topics.ts";

/** One object of one tenant: what deliveries are grouped by. */
export interface ObjectRef {
  readonly tenant: string;
  readonly objectType: ObjectType;
  readonly objectId: string;
}

/**
 * Where a delivery stands.
 * - `waiting`: to be worked on when `dueAt` has come
 * - `claimed`: a worker has it until `claimedUntil`; after that it waits again
 * - `done`: its effect is committed
 * - `unresolved`: a notification that no source could resolve; replay it once there is one
 * - `paused`: its tenant needs a new authorization; resuming wakes it
 * - `quarantined`: signed, but not an event of this tenant; replay it after the cause is mended
 * - `dead`: given up; redrive it after the cause is mended
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
  /** The tenant; `""` when the delivery's account belongs to none. Quarantined then. */
  readonly tenant: string;
  /** `unknown` with the body's hash as id for a body that is no event. Quarantined then. */
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
  readonly state: "waiting" | "quarantined";
  /** The error code that quarantined it. */
  readonly reason: string | null;
}

/** What the inbox made of a delivery. The word is for people: all three are stored, and queued unless quarantined. */
export interface AcceptedDelivery {
  readonly sequence: number;
  /** `coalesced`: work already waits for the object. `duplicate`: the key was seen before. */
  readonly outcome: "accepted" | "coalesced" | "duplicate";
}

/** A delivery as a run gets it. */
export interface ClaimedDelivery {
  /** The row's own number, from the sequence that `SyncStore.nextSequence` draws on too. For a snapshot it is the sequence of its write. */
  readonly sequence: number;
  readonly deliveryKey: string;
  readonly body: Uint8Array;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  /** Where its age is counted from: `receivedAt`, or the last replay. Milliseconds since 1970. */
  readonly startedAt: number;
  /** Failures that were the delivery's own (mapping, handler). */
  readonly attempts: number;
  /** Failures that were not (source or store down), for the back-off. */
  readonly retries: number;
  /** When a first look found the record missing or not yet deleted and a second one was put off; `null` before that. */
  readonly recheckSince: number | null;
  /** Milliseconds for which the delivery was paused: its time did not run then. */
  readonly pausedMs: number;
  /** Why it was put back last, or had been quarantined before it was replayed; `null`: it comes for the first time, or was redriven. */
  readonly reason: string | null;
}

/** The rows of one object that one run took. */
export interface Claim {
  /** Names the claim; a claim that expired and was taken over has another one. */
  readonly id: string;
  readonly object: ObjectRef;
  /** When it was taken, by the clock that the inbox goes by. Milliseconds since 1970. */
  readonly claimedAt: number;
  /** In the order of their sequence. */
  readonly deliveries: readonly ClaimedDelivery[];
}

/** What becomes of one claimed delivery. */
export type Settlement = { readonly sequence: number } & (
  | { readonly state: "done" }
  | {
      /** Works on it again at `dueAt` (milliseconds since 1970). */
      readonly state: "waiting";
      readonly dueAt: number;
      readonly attempts: number;
      readonly retries: number;
      readonly recheckSince: number | null;
      readonly reason: string | null;
    }
  | {
      readonly state: "unresolved" | "paused" | "quarantined" | "dead";
      readonly attempts: number;
      readonly reason: string;
    }
);

/** How long a claim is to hold. */
export interface LeaseOptions {
  /** How long the claim holds without {@link Inbox.extend}. Milliseconds. */
  readonly leaseMs: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** How to claim. */
export interface ClaimOptions extends LeaseOptions {
  /**
   * Rows at most; those of the lowest sequence are taken. Fewer are only taken when no more are due: a worker takes that for the end. May be
   * `Infinity`.
   *
   * @default all there are
   */
  readonly limit?: number;
}

/** Which deliveries a list, a replay or a redrive is about. */
export interface DeliveryFilter {
  readonly tenant?: string;
  readonly states?: readonly DeliveryState[];
  readonly topic?: string;
  readonly sequences?: readonly number[];
  /** May be `Infinity`. @default 100 for a list; a replay takes all there are */
  readonly limit?: number;
}

/** A delivery as tools see it; its body is left out, it holds customers' data. */
export interface DeliveryInfo {
  readonly sequence: number;
  readonly tenant: string;
  readonly objectType: ObjectType;
  readonly objectId: string;
  readonly deliveryKey: string;
  readonly topic: string | null;
  readonly state: DeliveryState;
  readonly reason: string | null;
  readonly attempts: number;
  readonly retries: number;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  readonly dueAt: number;
  /** Bytes of the body; `null` once it was erased. */
  readonly bodyBytes: number | null;
}

/** How long what is finished is kept, counted from when it was finished. `Infinity`: for ever. */
export interface PurgeOptions {
  /** Milliseconds since 1970. @default Date.now() */
  readonly now?: number;
  /** Bodies of deliveries that are `done` for longer than this are erased; key and hash stay. @default 30 days, in milliseconds */
  readonly bodiesAfterMs?: number;
  /** Deliveries that are `quarantined`, `unresolved` or `dead` for longer than this are deleted. @default 30 days, in milliseconds */
  readonly failedAfterMs?: number;
  /** Ends the purge early; what is left is for the next one. */
  readonly signal?: AbortSignal;
}

/** When an operation takes place. */
export interface NowOptions {
  /** Milliseconds since 1970. @default Date.now() */
  readonly now?: number | undefined;
}

/** Which objects are due. */
export interface DueOptions {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** How many at most. May be `Infinity`. */
  readonly limit: number;
  /** Objects that are passed over: those that the caller is working on. */
  readonly exclude?: readonly ObjectRef[];
}

/** How a call of the API is to be fitted into its tenant's budget. */
export interface SlotRequest {
  /** Calls per second. */
  readonly perSecond: number;
  /** How long the caller would wait for its place, in milliseconds. */
  readonly maxWaitMs: number;
  /** Milliseconds since 1970. An inbox shared by several machines goes by its database's clock instead. */
  readonly now: number;
}

/** How wake-ups are taken. */
export interface WakeOptions {
  /** Runs at one time. */
  readonly concurrency: number;
  /** Ends the listening: no wake-up is taken after that. */
  readonly signal: AbortSignal;
  /** Called with what went wrong while looking for work; listening goes on. */
  readonly onError: (error: unknown) => void;
}

/**
 * Where deliveries are made durable before they are answered. The row is the truth; a wake-up is only a hint to look at an object.
 *
 * Every operation is atomic and safe against every other one, from any number of processes that share the inbox.
 */
export interface Inbox {
  /**
   * Stores a delivery, one row and one sequence each, also when the key was seen before. Resolves when the row is durable and, if it
   * waits, a wake-up for its object is certain.
   *
   * @throws {JobberSyncError} `ERR_STORE`, `ERR_STORE_BUSY`, `ERR_STORE_FULL`: the delivery is not stored (or not known to be)
   */
  accept(delivery: IncomingDelivery): Promise<AcceptedDelivery>;

  /**
   * Takes every row of the object that is due or whose claim has run out, up to `options.limit`, in one step. A row goes to one claim at a
   * time.
   *
   * @returns `null` when there is none
   */
  claim(object: ObjectRef, options: ClaimOptions): Promise<Claim | null>;

  /** Prolongs a claim to `options.now + options.leaseMs`. `false`: it ran out and (some of) its rows were taken over. */
  extend(claim: Claim, options: LeaseOptions): Promise<boolean>;

  /**
   * Writes down what became of the rows of a claim and makes sure that those that wait are woken at their `dueAt`. Rows that the claim no
   * longer holds are left alone. What is settled as `paused`, but whose tenant was resumed since the claim, waits instead and is due at once.
   */
  settle(claim: Claim, settlements: readonly Settlement[]): Promise<void>;

  /**
   * Calls `run` with objects that have rows to work on, until the signal aborts; resolves when the last run has ended. An object is offered
   * again as long as it has rows that are due. May offer an object that has none, and the same object to two listeners.
   * `run` does not reject.
   */
  listen(run: (object: ObjectRef) => Promise<void>, options: WakeOptions): Promise<void>;

  /** Objects with rows that are due, or whose claim has run out, those first that are due for longest, about. What a sweep wakes, and what `drain` works on. */
  due(options: DueOptions): Promise<readonly ObjectRef[]>;

  /** Deliveries by filter, oldest first, without their bodies. */
  list(filter: DeliveryFilter): Promise<readonly DeliveryInfo[]>;

  /** The body of a stored delivery; `null` when there is none or it was erased. */
  body(sequence: number): Promise<Uint8Array | null>;

  /**
   * Sets deliveries waiting again, with fresh attempts and their time started anew, and wakes their objects. Those whose body was erased
   * are passed over. What was quarantined keeps its `reason` until it has run, so that a worker which cannot judge it leaves it alone.
   *
   * @param filter its `states` may be `quarantined`, `unresolved` (the default: both) and `dead` (which redrives dead letters)
   * @returns the number of deliveries
   */
  replay(filter: DeliveryFilter, options?: NowOptions): Promise<number>;

  /**
   * Sets a tenant's `paused` deliveries waiting, adds the pause to their `pausedMs` and wakes each object once: for when its connection to
   * Jobber works again. Holds for those too that a worker has at this moment and settles as paused afterwards.
   *
   * @returns the number of deliveries
   */
  resume(tenant: string, options?: NowOptions): Promise<number>;

  /**
   * Reserves a place for one API call in the tenant's budget, which all workers share: places are `1000 / perSecond` milliseconds apart.
   * When the next free place is further away than `maxWaitMs` nothing is reserved and the caller is told when to come back: everybody who is
   * turned away is given another time, as far apart as the places, so that a long queue does not come back at once. No response is further
   * away than ten minutes, also when a clock was set back.
   *
   * @returns milliseconds until the place that is reserved (`maxWaitMs` at most), or until the caller may try again (more than that)
   */
  acquireSlot(tenant: string, options: SlotRequest): Promise<number>;

  /** Erases and deletes what is old enough. @returns how many rows of each kind */
  purge(options?: PurgeOptions): Promise<{ readonly bodies: number; readonly deliveries: number }>;
}
