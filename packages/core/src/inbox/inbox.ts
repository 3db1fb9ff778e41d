import type { Claim, ClaimOptions, LeaseOptions, Settlement, SettleOptions } from "./claim.ts";
import type {
  AcceptedDelivery,
  DeliveryFilter,
  DeliveryInfo,
  DeliveryStats,
  IncomingDelivery,
  ObjectRef,
} from "./delivery.ts";
import type { DeliveryErasure, ErasedDeliveries } from "./erasure.ts";
import type { RefreshRequest } from "./refresh.ts";

/**
 * Retention, counted from the time at which a delivery reached its final state. `Infinity` keeps
 * rows forever.
 */
export interface PurgeOptions {
  /** Milliseconds since 1970. @default Date.now() */
  readonly now?: number | undefined;
  /**
   * Bodies of `done` deliveries older than this are erased; key and hash stay.
   *
   * @default 30 days, in milliseconds
   */
  readonly bodiesAfterMs?: number | undefined;
  /**
   * `quarantined`, `unresolved` and `dead` deliveries older than this are deleted.
   *
   * @default 30 days, in milliseconds
   */
  readonly failedAfterMs?: number | undefined;
  /**
   * `done` deliveries older than this are deleted. A later delivery with the key of a deleted one
   * no longer counts as `duplicate`.
   *
   * @default 90 days, in milliseconds
   */
  readonly doneAfterMs?: number | undefined;
  /**
   * Parents that no fetch has seen for longer than this are forgotten, see {@link Inbox.parentOf}.
   *
   * @default 400 days, in milliseconds
   */
  readonly parentsAfterMs?: number | undefined;
  /** Ends the purge early; the next one continues. */
  readonly signal?: AbortSignal | undefined;
}

/** The time of an operation. */
export interface NowOptions {
  /** Milliseconds since 1970. @default Date.now() */
  readonly now?: number | undefined;
}

/** Options of {@link Inbox.due}. */
export interface DueOptions {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Maximum number of objects. May be `Infinity`. */
  readonly limit: number;
  /** Whether debounced rows count as due, see {@link Inbox.accept}. @default false */
  readonly debounced?: boolean | undefined;
  /** Objects to leave out, such as those that the caller is processing. */
  readonly exclude?: readonly ObjectRef[] | undefined;
  /**
   * Tenants to leave out, such as those that hold all of their slots. Their rows may be very many:
   * the cost must not grow with them.
   */
  readonly excludeTenants?: readonly string[] | undefined;
}

/** Options of {@link Inbox.acquireSlot}. */
export interface SlotRequest {
  /** API calls per second. */
  readonly perSecond: number;
  /** The longest wait that the caller accepts. Milliseconds. Can be `Infinity`. */
  readonly maxWaitMs: number;
  /**
   * Milliseconds since 1970. An inbox that several machines share uses its database's clock
   * instead.
   */
  readonly now: number;
}

/** Options of {@link Inbox.listen}. */
export interface WakeOptions {
  /** Slots for simultaneous runs, not counting those older than 1 s: they wait for something. */
  readonly concurrency: number;
  /** Ends the listening: no run starts afterwards. */
  readonly signal: AbortSignal;
  /** Called with each error met while looking for work. Listening continues. */
  readonly onError: (error: unknown) => void;
}

/**
 * Storage that makes deliveries durable before the response is sent. The row is the truth; a
 * wake-up is only a hint to look at an object.
 *
 * Every operation is atomic and safe against every other one, from any number of processes that
 * share the inbox.
 *
 * **Lanes.** Each object, a (tenant, object type, object id), has one lane, and a run works on the
 * object only while it holds that lane. `claim` takes the lane until `now + leaseMs`, `extend`
 * prolongs it, and it is free again once `settle` has settled the claim's last row. A lane whose
 * lease has expired still belongs to its claim until another claim takes it over; from then on,
 * `extend` and `settle` of the earlier claim have no effect. So at most one run works on an object,
 * and only the run that holds the lane writes results. `accept`, `replay` and `resume` never look
 * at a lane.
 *
 * **Clocks.** A clock that ran ahead and was corrected must stop neither rows nor lanes. Each row
 * keeps its delay, how long after its arrival or settlement it is due, and each lane its lease. A
 * row whose `dueAt` is further in the future than its delay is due at once, and a lane whose lease
 * ends further in the future than its length has expired. Both comparisons allow for 10 s
 * (`CLOCK_TOLERANCE_MS`), because concurrent callers pass a `now` that they read earlier.
 */
export interface Inbox {
  /**
   * Stores a delivery: one row with a sequence of its own, even if the key was seen before.
   * Resolves when the row is durable and, unless it is quarantined, a wake-up for its object is
   * certain. Never waits for a lane.
   *
   * The row is due after `delivery.delayMs`. Until then it is debounced: a claim takes it along
   * with any other row of the object that is due. Rows that failed are never debounced.
   *
   * @throws {JobberSyncError} `ERR_STORE`, `ERR_STORE_BUSY`, `ERR_STORE_FULL`: the delivery is not
   *   stored, or not known to be
   */
  accept(delivery: IncomingDelivery): Promise<AcceptedDelivery>;

  /**
   * Draws the next number of the sequence that `accept` uses. A store that is used with the inbox
   * must draw from the same sequence, or fetched data may lose against an older snapshot.
   */
  nextSequence(): Promise<number>;

  /**
   * Takes the object's lane and, in the same step, its rows: every row that is due or debounced, up
   * to `options.limit`. If the lane's previous claim has expired, this claim takes the lane over,
   * and rows that are still `claimed` count as due. Rows beyond the limit stay for the next claim.
   *
   * The claim also carries the object's refresh, due or not: a read for the deliveries may serve
   * it.
   *
   * @returns `null`, changing nothing, while an unexpired claim holds the lane, and when neither a
   *   row nor a refresh is due
   */
  claim(object: ObjectRef, options: ClaimOptions): Promise<Claim | null>;

  /**
   * Prolongs the lease of a claim to `options.now + options.leaseMs`, also when it has expired and
   * no other claim took the lane over.
   *
   * @returns `false` when the lane is no longer this claim's: it was taken over or is settled
   */
  extend(claim: Claim, options: LeaseOptions): Promise<boolean>;

  /**
   * Writes the results of a claim's rows, provided the lane is still this claim's, also after its
   * lease has expired. Otherwise changes nothing: another run has taken the object over. Rows that
   * are not in `settlements` stay with the claim. Settling the last row, in whatever state, frees
   * the lane. Calls for the same claim must not overlap.
   *
   * A `paused` result of a tenant that was resumed at or after `claim.claimedAt` becomes `waiting`,
   * due at once.
   *
   * Removes `claim.refresh`, unless another request has changed it meanwhile, and then requests
   * `options.refreshes`, all in the same transaction: a worker that dies loses no second look.
   * Remembers `options.parents`.
   *
   * Makes sure that the object is woken when its next waiting row is due. That includes rows that
   * arrived during the run: their wake-ups may have been spent on claims that found the lane held.
   */
  settle(claim: Claim, settlements: readonly Settlement[], options?: SettleOptions): Promise<void>;

  /**
   * Requests that the object be read again at `request.dueAt`, and wakes it then. For operators,
   * and after changes that Jobber sends no webhook for, such as those that you make through its
   * API: `inbox.refresh({ tenant, objectType: "job", objectId }, { dueAt: Date.now() })`.
   *
   * The worker fetches the object and writes its records. No `on` handler is called and no
   * submission is written, because there is no delivery. A refresh shares the fetch of deliveries
   * that are due, and comes after those of other objects. Types other than `job`, `client`, `visit`
   * and `property` are removed unread.
   *
   * Never waits for a lane. Calls for the same object are merged, see {@link RefreshRequest}.
   */
  refresh(object: ObjectRef, request: RefreshRequest, options?: NowOptions): Promise<void>;

  /**
   * Returns the job of a visit, or the client of a property, as `settle` last remembered it; `null`
   * if it has not. A destroyed object can no longer be asked for its parent.
   */
  parentOf(object: ObjectRef): Promise<ObjectRef | null>;

  /**
   * Calls `run` with objects that have work, until the signal aborts; resolves when the last run
   * has ended. Offers an object again as long as it has rows that are due. May offer an object
   * without work, or one that another listener is offered too. `run` does not reject.
   *
   * Tenants share the slots, so that hanging runs of one do not delay the others:
   * `createRunScheduler` applies the rules.
   */
  listen(run: (object: ObjectRef) => Promise<void>, options: WakeOptions): Promise<void>;

  /**
   * Lists objects with rows that are due and a lane that no unexpired claim holds, roughly in the
   * order in which they became due, and after them objects of which only a refresh is due. `drain`
   * and recovery sweeps use it.
   */
  due(options: DueOptions): Promise<readonly ObjectRef[]>;

  /** Lists deliveries without their bodies, oldest first. */
  list(filter: DeliveryFilter): Promise<readonly DeliveryInfo[]>;

  /**
   * Returns the body of a delivery, or `null` if the delivery does not exist or its body was
   * erased.
   */
  body(sequence: number): Promise<Uint8Array | null>;

  /**
   * Counts deliveries per tenant and state, for gauges and alerts. Leaves out `done` deliveries,
   * because counting them would read every row, and states without deliveries.
   */
  stats(options?: NowOptions): Promise<readonly DeliveryStats[]>;

  /**
   * Sets failed deliveries `waiting` again and wakes their objects. Attempts, retries and age start
   * anew. Skips deliveries whose body was erased. A quarantined delivery keeps its `reason` until
   * it has run, so that a worker that cannot check ownership quarantines it again.
   *
   * @param filter `states` may name `quarantined`, `unresolved` (these two are the default) and
   *   `dead` (redrives dead letters); others are ignored
   * @returns the number of deliveries
   */
  replay(filter: DeliveryFilter, options?: NowOptions): Promise<number>;

  /**
   * Sets a tenant's `paused` deliveries `waiting`, adds the pause to their `pausedMs` and wakes
   * each object once. Call it when the tenant's connection to Jobber works again. It also covers
   * deliveries that are claimed at this moment and settled as `paused` afterwards.
   *
   * @returns the number of deliveries
   */
  resume(tenant: string, options?: NowOptions): Promise<number>;

  /**
   * Deletes deliveries that are not to be processed. `claimed` and `done` deliveries are kept.
   *
   * @param filter `states` may name `quarantined`, `unresolved`, `dead` (these three are the
   *   default), `paused` and `waiting`; others are ignored
   * @returns the number of deliveries
   */
  discard(filter: DeliveryFilter): Promise<number>;

  /**
   * Erases personal data from a tenant's deliveries: body, its hash, and the message of a failure.
   * Deliveries that are not `done` become `done` with the reason `erased` and are not processed.
   * Those that are `claimed` are left out: call it again once their runs have ended.
   */
  erase(erasure: DeliveryErasure): Promise<ErasedDeliveries>;

  /**
   * Acquires a slot for one API call from the tenant's rate limit, which all workers share. Slots
   * are `1000 / perSecond` ms apart.
   *
   * If the next free slot is more than `maxWaitMs` away, no slot is acquired and the return value
   * says when to retry. Rejected callers get staggered retry times, one slot apart, so that a long
   * queue does not retry all at once. No return value exceeds ten minutes, even if a clock was set
   * back.
   *
   * @returns milliseconds until the acquired slot (at most `maxWaitMs`), or until the caller may
   *   retry (more than `maxWaitMs`)
   */
  acquireSlot(tenant: string, options: SlotRequest): Promise<number>;

  /**
   * Erases bodies and deletes deliveries and parents whose retention has ended. Deliveries that may
   * still run are kept, however old.
   *
   * @returns the number of erased bodies and of deleted deliveries
   */
  purge(options?: PurgeOptions): Promise<{ readonly bodies: number; readonly deliveries: number }>;
}
