import { transitions } from "@jobber-sync/core/ports";

const { CLOCK_TOLERANCE_MS } = transitions;

/** The latest time that a clock without a jump can have written before `at`. */
const tolerated = (at: string) => `${at} + interval '${CLOCK_TOLERANCE_MS} ms'`;

/** Core's `isLaneHeld` for a row of `jobber_lanes`. */
export function laneHeldSql(lane: string, at: string): string {
  return `(${lane}.until > ${at}
    AND ${lane}.until - ${lane}.lease_ms * interval '1 ms' <= ${tolerated(at)})`;
}

/** Core's `isReady` for an open row of `jobber_deliveries`, given that its lane is not held. */
export function readySql(row: string, at: string): string {
  return `(${row}.state = 'claimed' OR ${scheduledSql(row, at)})`;
}

/** The part of `isReady` for waiting rows, and for refreshes. */
export function scheduledSql(row: string, at: string): string {
  return `(${row}.due_at <= ${at} OR ${row}.due_at - ${row}.delay_ms * interval '1 ms' > ${tolerated(at)})`;
}

/** Condition for refreshes that a fast clock wrote. Uses `jobber_refreshes_scheduled`. */
export function refreshInFutureSql(at: string): string {
  return `(due_at AT TIME ZONE 'UTC') - delay_ms * interval '1 ms' > (${tolerated(at)}) AT TIME ZONE 'UTC'`;
}

/** Core's `isDebounced` for an open row of `jobber_deliveries`. */
export function debouncedSql(row: string): string {
  return `(${row}.state = 'waiting' AND ${row}.attempts = 0 AND ${row}.retries = 0 AND ${row}.reason IS NULL)`;
}

/** Core's `joinsRun` for an open row of `jobber_deliveries`. */
export function joinsRunSql(row: string): string {
  return `(${row}.state = 'waiting' AND ${row}.attempts = 0 AND ${row}.retries = 0
    AND (${row}.reason IS NULL OR ${row}.reason = 'recheck'))`;
}

/** Rows with a short delay. The condition of `jobber_deliveries_due`. */
export const PROMPT = "delay_ms <= 5000";

/** Rows with a longer delay. The condition of `jobber_deliveries_delayed` and `…_delayed_at`. */
export const DELAYED = "delay_ms > 5000";

/**
 * Condition for rows with a short delay that a fast clock wrote: they are due. Such a row is due
 * after the limit, so this can use `jobber_deliveries_due`.
 */
export function arrivedInFutureSql(at: string): string {
  return `${PROMPT} AND due_at > ${tolerated(at)}
    AND due_at - delay_ms * interval '1 ms' > ${tolerated(at)}`;
}

/** The same for rows with a delay. Repeats the expression of `jobber_deliveries_delayed_at`. */
export function delayedInFutureSql(at: string): string {
  return `${DELAYED}
    AND (due_at AT TIME ZONE 'UTC') - delay_ms * interval '1 ms' > (${tolerated(at)}) AT TIME ZONE 'UTC'`;
}
