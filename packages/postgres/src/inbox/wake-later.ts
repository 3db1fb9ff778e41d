import { type ObjectRef, objectKey } from "@jobber-sync/core/ports";
import { bossDatabase } from "../database/boss-database.ts";
import { bossError } from "../database/boss-error.ts";
import type { SqlClient } from "../database/sql-pool.ts";
import { timeOrderedId } from "../database/time-ordered-id.ts";
import type { InboxContext } from "./inbox-context.ts";

/** An object that is to be looked at, and when. */
export interface WakeUp extends ObjectRef {
  /** How long from now. Milliseconds. @default 0 */
  readonly afterMs?: number;
}

// Wake-ups of one object that are further away than this come no closer together: the retries of many rows differ by milliseconds.
const GRAIN_MS = 1000;

/**
 * Puts wake-ups into the queue, in the transaction that `client` is in: they are seen when, and only when, the rows are. One statement,
 * however many they are.
 */
export async function wakeLater(
  { boss, queue }: InboxContext,
  client: SqlClient,
  wakeUps: readonly WakeUp[],
): Promise<void> {
  if (wakeUps.length === 0) return;
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

/** Each object once for each time at which it is to be looked at, never before it. */
export function distinctWakeUps(wakeUps: readonly WakeUp[]): readonly WakeUp[] {
  const distinct = new Map<string, WakeUp>();
  for (const { tenant, objectType, objectId, afterMs = 0 } of wakeUps) {
    const object = { tenant, objectType, objectId };
    const coarse =
      afterMs > GRAIN_MS ? Math.ceil(afterMs / GRAIN_MS) * GRAIN_MS : Math.ceil(afterMs);
    distinct.set(`${coarse} ${objectKey(object)}`, { ...object, afterMs: coarse });
  }
  return [...distinct.values()];
}
