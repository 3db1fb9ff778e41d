import {
  type Inbox,
  type ObjectRefresh,
  objectKey,
  type RefreshState,
  transitions,
} from "@jobber-sync/core/ports";
import { jsonText } from "../database/json-text.ts";
import { type Run, runTransaction } from "../database/transaction.ts";
import { type InboxContext, nowValue } from "./inbox-context.ts";
import { refreshStatement } from "./refresh-statement.ts";
import { distinctWakeUps, type WakeUp, wakeLater } from "./wake-later.ts";

/** A refresh requested at a time: milliseconds since 1970. */
export interface TimedRefresh {
  readonly request: ObjectRefresh;
  readonly now: number;
}

/** Writes refreshes in an open transaction. Returns the wake-ups to write with them. */
export type WriteRefreshes = (
  run: Run,
  requests: readonly TimedRefresh[],
) => Promise<readonly WakeUp[]>;

/** Creates the function that merges requests into refreshes. */
export function createWriteRefreshes(context: InboxContext): WriteRefreshes {
  const statement = refreshStatement(context.schema);
  return async (run, requests) => {
    if (requests.length === 0) return [];
    const now = Math.max(...requests.map((each) => each.now));
    const merged = [...mergeByObject(requests).values()];
    const rows = merged.map(({ object, state: { dueAt, delayMs: _, ...state } }) => {
      // A relative time: the caller's clock and the database's may differ.
      return { ...object, ...state, afterMs: dueAt - now };
    });
    await run(statement, [jsonText(rows), nowValue(context, now)]);
    return rows.map(({ tenant, objectType, objectId, afterMs }) => {
      return { tenant, objectType, objectId, afterMs: Math.max(0, afterMs) };
    });
  };
}

/** Creates `refresh`. */
export function createRefresh(context: InboxContext, write: WriteRefreshes): Inbox["refresh"] {
  return async (object, request, { now = context.now() } = {}) => {
    await runTransaction(context.pool, async (run, client) => {
      const { tenant, objectType, objectId } = object;
      const named = { ...request, tenant, objectType, objectId };
      const wakeUps = await write(run, [{ request: named, now }]);
      await wakeLater(context, client, distinctWakeUps(wakeUps));
    });
  };
}

/** Merges requests for the same object, because a statement cannot write a row twice. */
function mergeByObject(requests: readonly TimedRefresh[]) {
  const merged = new Map<
    string,
    {
      readonly object: Pick<ObjectRefresh, "tenant" | "objectType" | "objectId">;
      readonly state: RefreshState;
    }
  >();
  for (const { request, now } of requests) {
    const { tenant, objectType, objectId } = request;
    const key = objectKey(request);
    const stored = merged.get(key)?.state ?? null;
    const state = transitions.mergedRefresh(stored, request, { now, revision: 0 });
    merged.set(key, { object: { tenant, objectType, objectId }, state });
  }
  return merged;
}
