import type { DeliveryFilter, DeliveryState } from "./inbox.ts";

/** What every inbox takes where its caller says nothing. */
export const INBOX_DEFAULTS = {
  /** Rows of a list. */
  listLimit: 100,
  /** How long bodies of finished deliveries, and failed deliveries, are kept. Milliseconds. */
  retentionMs: 30 * 24 * 60 * 60 * 1000,
} as const;

const REPLAYABLE: readonly DeliveryState[] = ["quarantined", "unresolved", "dead"];

/** The states that a replay by this filter takes: `quarantined` and `unresolved` unless it names others, and never one that is not failed. */
export function replayedStates({ states }: DeliveryFilter): readonly DeliveryState[] {
  if (states === undefined) return ["quarantined", "unresolved"];
  return REPLAYABLE.filter((state) => states.includes(state));
}
