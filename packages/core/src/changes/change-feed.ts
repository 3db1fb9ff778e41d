import type { ClaimOptions, LeaseOptions } from "../inbox/claim.ts";
import type { ObjectRef } from "../inbox/delivery.ts";
import type { DueOptions, NowOptions, WakeOptions } from "../inbox/inbox.ts";
import type { ChangeFilter, ChangeInfo, ChangeStats, ClaimedChange } from "./record-change.ts";

/** One run's hold on a record: its lane, and the changes taken with it. */
export interface ChangeClaim {
  /** Unique, so that a lane that was taken over no longer matches. */
  readonly id: string;
  /** `objectType` is `job` or `client`. */
  readonly object: ObjectRef;
  /** Ascending by sequence; at least one. */
  readonly changes: readonly ClaimedChange[];
}

/** Result of one claimed change. */
export type ChangeSettlement = { readonly sequence: number } & (
  | { readonly state: "done" }
  | {
      /** Keeps the change first in its record's line, for another try at `dueAt`. */
      readonly state: "waiting";
      /** Milliseconds since 1970. */
      readonly dueAt: number;
      readonly attempts: number;
      readonly reason: string;
      readonly error: string | null;
    }
  | {
      readonly state: "dead";
      readonly attempts: number;
      readonly reason: string;
      readonly error: string | null;
    }
);

/** Retention of changes. */
export interface ChangePurgeOptions extends NowOptions {
  /**
   * `done` changes older than this are deleted. Others are kept, however old.
   *
   * @default 7 days, in milliseconds
   */
  readonly doneAfterMs?: number | undefined;
  /** Ends the purge early; the next one continues. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The changes of a store's records, until a handler has received them. While the feed is enabled,
 * `apply` writes one row per record whose values it changed, in its own transaction: a change is
 * committed if and only if its record is. The row is the truth; a wake-up is only a hint.
 *
 * Every operation is atomic and safe against every other one, from any number of processes that
 * share the database.
 *
 * **Order.** Changes are consumed by their state, never by a cursor: a transaction that commits
 * late is not skipped. The number of a change is drawn while its record is locked, so that the
 * numbers of a record rise in the order of its commits. Each record has a line, its `waiting`
 * changes by number. Only the first of the line decides when the record is due: a change that is
 * retried later blocks its record, and no other.
 *
 * **Lanes.** A run handles changes of a record only while it holds the record's lane, as with
 * `Inbox`. The lanes of changes and of deliveries are separate, so that a handler that hangs does
 * not stop the record's deliveries from being applied. A claim leaves the rows `waiting`: if its
 * process dies, they are due again when the lease has expired.
 *
 * **Clocks.** As with `Inbox`: rows keep their delay and lanes their lease, so that a clock that
 * ran ahead and was corrected stops neither.
 */
export interface ChangeFeed {
  /**
   * Makes `apply` of this store write changes from now on. Every process whose store writes records
   * needs it: workers, reconcilers, receivers in inline mode.
   */
  enable(): void;

  /**
   * Lists records whose lane is free and that have a due change, roughly those due for longest
   * first. May list a record whose first change is not due; `claim` then moves the others behind
   * it.
   */
  due(options: DueOptions): Promise<readonly ObjectRef[]>;

  /**
   * Takes the record's lane and returns the beginning of its line: the changes before the first
   * that is not due, up to `options.limit`.
   *
   * @returns `null` while an unexpired claim holds the lane, and while the first change of the line
   *   is not due: the line's due changes then become due with it
   */
  claim(object: ObjectRef, options: ClaimOptions): Promise<ChangeClaim | null>;

  /**
   * Prolongs the lease of a claim to `options.now + options.leaseMs`.
   *
   * @returns `false` when the lane is no longer this claim's: it was taken over or is settled
   */
  extend(claim: ChangeClaim, options: LeaseOptions): Promise<boolean>;

  /**
   * Writes results and frees the lane, provided it is still this claim's; otherwise changes
   * nothing. Changes of the claim that are not in `settlements` stay as they are.
   */
  settle(claim: ChangeClaim, settlements: readonly ChangeSettlement[]): Promise<void>;

  /**
   * Calls `run` with records that have due changes, until the signal aborts; resolves when the last
   * run has ended. Has slots of its own, which tenants share as in `Inbox.listen`. `run` does not
   * reject.
   */
  listen(run: (object: ObjectRef) => Promise<void>, options: WakeOptions): Promise<void>;

  /**
   * Emits every stored record of a tenant once, deleted ones included, so that tables added later
   * fill themselves. Such a change has `initial: true` and a number that orders it between the
   * record's other changes. Works without {@link enable}.
   *
   * @returns the number of changes
   */
  initial(tenant: string, options?: NowOptions): Promise<number>;

  /**
   * Sets changes waiting again, with `replay: true`. Attempts start anew. A replayed change comes
   * before the waiting changes of its record with higher numbers: compare numbers before you
   * overwrite newer data.
   *
   * @param filter `states` may name `dead` (the default) and `done`; others are ignored
   * @returns the number of changes
   */
  replay(filter: ChangeFilter, options?: NowOptions): Promise<number>;

  /** Lists changes without their records, oldest first. */
  list(filter: ChangeFilter): Promise<readonly ChangeInfo[]>;

  /** Counts changes per tenant and state, for gauges and alerts. Leaves out `done` changes. */
  stats(options?: NowOptions): Promise<readonly ChangeStats[]>;

  /** Deletes `done` changes whose retention has ended. @returns the number of changes */
  purge(options?: ChangePurgeOptions): Promise<number>;
}
