import type { DeliveryFilter, DeliveryState } from "./delivery.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** Defaults that every inbox applies. */
export const INBOX_DEFAULTS = {
  /** Maximum number of rows in a list. */
  listLimit: 100,
  /** Retention of the bodies of `done` deliveries, and of failed deliveries. Milliseconds. */
  retentionMs: 30 * DAY_MS,
  /** Retention of `done` deliveries. Milliseconds. */
  doneAfterMs: 90 * DAY_MS,
} as const;

const FAILED: readonly DeliveryState[] = ["quarantined", "unresolved", "dead"];
const DISCARDABLE: readonly DeliveryState[] = [...FAILED, "paused", "waiting"];

/**
 * Returns the states that a replay with this filter covers: those of `filter.states` that are
 * failures, or `quarantined` and `unresolved` if the filter names none.
 */
export function replayedStates({ states }: DeliveryFilter): readonly DeliveryState[] {
  if (states === undefined) return ["quarantined", "unresolved"];
  return FAILED.filter((state) => states.includes(state));
}

/**
 * Returns the states that a discard with this filter covers: those of `filter.states` that no run
 * holds or has finished, or the failures if the filter names none.
 */
export function discardedStates({ states }: DeliveryFilter): readonly DeliveryState[] {
  if (states === undefined) return FAILED;
  return DISCARDABLE.filter((state) => states.includes(state));
}
