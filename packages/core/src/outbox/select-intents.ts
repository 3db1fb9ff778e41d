import type { Intent, IntentFilter, IntentStats } from "./intent.ts";

/** Whether an intent fits a filter; `limit` is not considered. */
export function fitsFilter(row: Intent, filter: IntentFilter): boolean {
  const { tenant, states, objectType, objectId, ref, key, sequences, matches } = filter;
  return (
    (tenant === undefined || row.tenant === tenant) &&
    (states === undefined || states.includes(row.state)) &&
    (objectType === undefined || row.objectType === objectType) &&
    (objectId === undefined || row.objectId === objectId) &&
    (ref === undefined || row.ref === ref) &&
    (key === undefined || row.key === key) &&
    (sequences === undefined || sequences.includes(row.sequence)) &&
    (matches === undefined || row.matches.some((match) => matches.includes(match)))
  );
}

/** Counts intents per tenant and state. */
export function countIntents(rows: Iterable<Intent>, now: number): readonly IntentStats[] {
  const counts = new Map<string, IntentStats>();
  for (const { tenant, state, createdAt } of rows) {
    if (state === "done" || state === "cancelled") continue;
    const key = JSON.stringify([tenant, state]);
    const before = counts.get(key);
    const oldestAgeMs = Math.max(before?.oldestAgeMs ?? 0, now - createdAt);
    counts.set(key, { tenant, state, rows: (before?.rows ?? 0) + 1, oldestAgeMs });
  }
  return [...counts.values()];
}
