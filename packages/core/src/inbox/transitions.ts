import type { ClaimOptions, Settlement } from "./claim.ts";
import type { DeliveryState, IncomingDelivery } from "./delivery.ts";
import type { PurgeOptions } from "./inbox.ts";
import { INBOX_DEFAULTS } from "./inbox-defaults.ts";
import type { RefreshRequest, RefreshState } from "./refresh.ts";

/**
 * Tolerance when a stored time is compared with a clock that may have been corrected, in
 * milliseconds: concurrent callers pass a `now` that they read before they waited for a lock.
 */
export const CLOCK_TOLERANCE_MS = 10_000;

/**
 * The longest delay of an accepted delivery, in milliseconds. Inboxes index rows with at most this
 * delay apart from those that wait longer, to retry.
 */
export const MAX_DEBOUNCE_MS = 5000;

/** The part of a stored delivery that changes. Times are milliseconds since 1970. */
export interface RowState {
  readonly state: DeliveryState;
  readonly reason: string | null;
  readonly error: string | null;
  readonly attempts: number;
  readonly retries: number;
  readonly recheckSince: number | null;
  readonly dueAt: number;
  /** Delay from the row's arrival or settlement until it is due. Milliseconds. */
  readonly delayMs: number;
  readonly startedAt: number;
  readonly pausedAt: number | null;
  readonly pausedMs: number;
  readonly finishedAt: number | null;
  /** The claim that took the row; `null` unless the row is `claimed`. */
  readonly claimId: string | null;
}

/** An object's lane while a claim has it. Without one the lane is free. */
export interface Lane {
  readonly claimId: string;
  /** End of the lease. Milliseconds since 1970. */
  readonly until: number;
  readonly leaseMs: number;
}

/** Circumstances of a settlement. Milliseconds since 1970. */
export interface SettleTimes {
  readonly now: number;
  /** See `Claim.claimedAt`. */
  readonly claimedAt: number;
  /**
   * When the tenant was resumed last; `null` for never. A time in the future, noted by a fast
   * clock, counts once: the inbox then replaces it by `now`.
   */
  readonly resumedAt: number | null;
}

/**
 * The rules for rows and lanes, as pure functions. Every inbox applies them: the memory inbox calls
 * them, the SQL of the others cites them, and `checkInboxHistories` compares both.
 *
 * | operation | from | to | also |
 * |---|---|---|---|
 * | accept | – | `waiting` | due at `receivedAt + delayMs` |
 * | accept | – | `quarantined` | finished at `receivedAt` |
 * | claim | `waiting`, due | `claimed` | |
 * | claim of a due row | `waiting`, debounced | `claimed` | shares its run |
 * | claim | `claimed`, lane expired | `claimed` | by the new claim |
 * | settle | `claimed` | `done` | no reason, no error, finished now |
 * | settle | `claimed` | `waiting` | due at the given time, counts as given |
 * | settle | `claimed` | `paused` | paused now; `waiting`, due now, if resumed since the claim |
 * | settle | `claimed` | `unresolved`, `quarantined`, `dead` | finished now |
 * | settle | `claimed` | any but `done` | the given error, if any, replaces the stored one |
 * | replay | `unresolved`, `quarantined`, `dead` | `waiting` | due now, counts, error, age anew |
 * | resume | `paused` | `waiting` | due now, `pausedMs` grows |
 * | discard | any but `claimed`, `done` | – | row deleted |
 * | erase | any but `claimed`, `done` | `done` | reason `erased`, finished now, no error, no body |
 * | erase | `done` | `done` | no body |
 * | purge | `done` | – | body erased, later the row deleted |
 * | purge | `unresolved`, `quarantined`, `dead` | – | row deleted |
 */
export function acceptedRow({
  state,
  reason,
  receivedAt,
  delayMs = 0,
}: Pick<IncomingDelivery, "state" | "reason" | "receivedAt" | "delayMs">): RowState {
  return {
    state,
    reason,
    error: null,
    attempts: 0,
    retries: 0,
    recheckSince: null,
    dueAt: receivedAt + delayMs,
    delayMs,
    startedAt: receivedAt,
    pausedAt: null,
    pausedMs: 0,
    finishedAt: state === "quarantined" ? receivedAt : null,
    claimId: null,
  };
}

/**
 * Whether an unexpired claim holds the lane. A lease that ends too late was set by a fast clock.
 */
export function isLaneHeld(lane: Lane | null, now: number): boolean {
  return lane !== null && lane.until > now && lane.until - lane.leaseMs <= now + CLOCK_TOLERANCE_MS;
}

/**
 * Whether a claim may take the row, given that no unexpired claim holds the lane. A `claimed` row
 * is then left over from an expired claim.
 */
export function isReady(
  { state, dueAt, delayMs }: Pick<RowState, "state" | "dueAt" | "delayMs">,
  now: number,
): boolean {
  if (state === "waiting") return dueAt <= now || dueAt - delayMs > now + CLOCK_TOLERANCE_MS;
  return state === "claimed";
}

/**
 * Whether the row only waits for further deliveries of its object: it never failed. A claim takes
 * it along with a row that is ready, see `joinsRun`.
 */
export function isDebounced({
  state,
  attempts,
  retries,
  reason,
}: Pick<RowState, "state" | "attempts" | "retries" | "reason">): boolean {
  return state === "waiting" && attempts === 0 && retries === 0 && reason === null;
}

/**
 * Whether a claim takes the row along with one that is ready: it is debounced, or waits for a
 * further look, which the fetch of the run may be.
 */
export function joinsRun(
  row: Pick<RowState, "state" | "attempts" | "retries" | "reason">,
): boolean {
  return isDebounced(row) || (row.reason === "recheck" && isDebounced({ ...row, reason: null }));
}

/**
 * Selects the rows of an object that a claim takes, in the given order and up to its limit, given
 * that no unexpired claim holds the lane. None unless one of them is ready.
 */
export function claimableRows<R extends { readonly current: RowState }>(
  rows: readonly R[],
  { now, limit, debounced = false }: Omit<ClaimOptions, "leaseMs">,
): readonly R[] {
  const starts = rows.some(
    ({ current }) => isReady(current, now) || (debounced && isDebounced(current)),
  );
  if (!starts) return [];
  return rows.filter(({ current }) => isReady(current, now) || joinsRun(current)).slice(0, limit);
}

/** The row once a claim has taken it. */
export function claimedRow<R extends RowState>(row: R, claimId: string): R {
  return { ...row, state: "claimed", claimId };
}

/** The row once its claim has settled it. */
export function settledRow<R extends RowState>(
  row: R,
  settlement: Settlement,
  { now, claimedAt, resumedAt }: SettleTimes,
): R {
  const error = settlement.state === "done" ? null : (settlement.error ?? row.error);
  const settled = { ...row, claimId: null, error };
  switch (settlement.state) {
    case "done":
      return { ...settled, state: "done", reason: null, finishedAt: now };
    case "waiting": {
      const { state, dueAt, attempts, retries, recheckSince, reason } = settlement;
      const delayMs = Math.max(0, dueAt - now);
      return { ...settled, state, dueAt, delayMs, attempts, retries, recheckSince, reason };
    }
    case "paused": {
      const { attempts, reason } = settlement;
      return resumedAt !== null && resumedAt >= Math.min(claimedAt, now)
        ? { ...settled, state: "waiting", dueAt: now, delayMs: 0, attempts, reason }
        : { ...settled, state: "paused", pausedAt: now, attempts, reason };
    }
    case "unresolved":
    case "quarantined":
    case "dead": {
      const { state, attempts, reason } = settlement;
      return { ...settled, state, finishedAt: now, attempts, reason };
    }
  }
}

/** The row after a replay. */
export function replayedRow<R extends RowState>(row: R, now: number): R {
  return {
    ...row,
    state: "waiting",
    reason: row.state === "quarantined" ? row.reason : null,
    error: null,
    attempts: 0,
    retries: 0,
    recheckSince: null,
    dueAt: now,
    delayMs: 0,
    startedAt: now,
    pausedMs: 0,
    finishedAt: null,
  };
}

/** The row after its tenant was resumed. */
export function resumedRow<R extends RowState>(row: R, now: number): R {
  const pausedMs = row.pausedMs + Math.max(0, now - (row.pausedAt ?? now));
  return { ...row, state: "waiting", dueAt: now, delayMs: 0, pausedAt: null, pausedMs };
}

/** Whether a refresh is due. The same rule as for a waiting row. */
export function isRefreshReady(
  { dueAt, delayMs }: Pick<RefreshState, "dueAt" | "delayMs">,
  now: number,
): boolean {
  return isReady({ state: "waiting", dueAt, delayMs }, now);
}

/**
 * The refresh of an object after a request, merged with the stored one: it is due at the earlier of
 * both times, and ends with a read at the later `lastAt`. Of the times of second looks the later
 * ones remain, but the first look that did not find the object.
 */
export function mergedRefresh(
  stored: RefreshState | null,
  { dueAt, lastAt = dueAt, retries = 0, ...request }: RefreshRequest,
  { now, revision }: { readonly now: number; readonly revision: number },
): RefreshState {
  const { accountId = null, since = null, occurredAt = null, missingSince = null } = request;
  const delayMs = Math.max(0, dueAt - now);
  const times = { since, occurredAt, missingSince };
  if (stored === null) return { dueAt, delayMs, lastAt, accountId, ...times, retries, revision };
  const isEarlier = dueAt < stored.dueAt;
  return {
    dueAt: isEarlier ? dueAt : stored.dueAt,
    delayMs: isEarlier ? delayMs : stored.delayMs,
    lastAt: Math.max(stored.lastAt, lastAt),
    accountId: accountId ?? stored.accountId,
    since: latest(stored.since, since),
    occurredAt: latest(stored.occurredAt, occurredAt),
    missingSince: stored.missingSince ?? missingSince,
    retries: Math.max(stored.retries, retries),
    revision,
  };
}

function latest(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.max(a, b);
}

/** The row after an erasure; `null` for one that is not erased, because a run has it. */
export function erasedRow<R extends RowState>(row: R, now: number): R | null {
  if (row.state === "claimed") return null;
  if (row.state === "done") return row;
  return { ...row, state: "done", reason: "erased", error: null, finishedAt: now };
}

/** Decides how retention treats the row. */
export function retention(
  { state, finishedAt }: Pick<RowState, "state" | "finishedAt">,
  {
    now,
    bodiesAfterMs = INBOX_DEFAULTS.retentionMs,
    failedAfterMs = INBOX_DEFAULTS.retentionMs,
    doneAfterMs = INBOX_DEFAULTS.doneAfterMs,
  }: Omit<PurgeOptions, "now" | "signal"> & { readonly now: number },
): "keep" | "erase-body" | "delete" {
  if (finishedAt === null) return "keep";
  const age = now - finishedAt;
  if (age > (state === "done" ? doneAfterMs : failedAfterMs)) return "delete";
  return state === "done" && age > bodiesAfterMs ? "erase-body" : "keep";
}
