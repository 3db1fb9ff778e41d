import { type ObjectRef, objectKey } from "@jobber-sync/core/ports";
import { bossDatabase } from "../database/boss-database.ts";
import { bossError } from "../database/boss-error.ts";
import type { SqlClient } from "../database/sql-pool.ts";
import { timeOrderedId } from "../database/time-ordered-id.ts";
import type { InboxContext } from "./inbox-context.ts";

/** A request to look at an object. */
export interface WakeUp extends ObjectRef {
  /** Delay in milliseconds. @default 0 */
  readonly afterMs?: number;
}

// Later wake-ups of an object are rounded up, because the retries of its rows differ by
// milliseconds: those within 5 s, for which people may wait, to quarters of a second.
const GRAIN_MS = 1000;
const FINE_GRAIN_MS = 250;
const FINE_MS = 5000;

/**
 * Inserts wake-ups into the queue with one statement, in the transaction open on `client`. They
 * become visible together with the rows of that transaction. Does nothing without pg-boss.
 */
export async function wakeLater(
  { boss, queue }: InboxContext,
  client: SqlClient,
  wakeUps: readonly WakeUp[],
): Promise<void> {
  if (boss === null || wakeUps.length === 0) return;
  const jobs = wakeUps.map(({ tenant, objectType, objectId, afterMs = 0 }) => ({
    id: timeOrderedId(),
    data: { tenant, objectType, objectId },
    ...(afterMs > 0 && { startAfter: afterMs / 1000 }),
  }));
  try {
    await boss.insert(queue, jobs, { db: bossDatabase(client) });
  } catch (error) {
    throw bossError(error);
  }
}

/** Removes duplicate wake-ups: one per object and time, never earlier than requested. */
export function distinctWakeUps(wakeUps: readonly WakeUp[]): readonly WakeUp[] {
  const distinct = new Map<string, WakeUp>();
  for (const { tenant, objectType, objectId, afterMs = 0 } of wakeUps) {
    const object = { tenant, objectType, objectId };
    const grain = afterMs > FINE_MS ? GRAIN_MS : FINE_GRAIN_MS;
    const coarse = afterMs > grain ? Math.ceil(afterMs / grain) * grain : Math.ceil(afterMs);
    distinct.set(`${coarse} ${objectKey(object)}`, { ...object, afterMs: coarse });
  }
  return [...distinct.values()];
}
