import {
  type Claim,
  type Inbox,
  type ObjectParent,
  type ObjectRefresh,
  objectKey,
  type Settlement,
} from "@jobber-sync/core/ports";
import { createGroupCommit } from "../database/group-commit.ts";
import { jsonText } from "../database/json-text.ts";
import { type Run, runStatement, runTransaction } from "../database/transaction.ts";
import { type InboxContext, nowValue, sequenceArray } from "./inbox-context.ts";
import type { WriteParents } from "./parents.ts";
import type { WriteRefreshes } from "./refresh.ts";
import { settleStatement } from "./settle-statement.ts";
import { distinctWakeUps, type WakeUp, wakeLater } from "./wake-later.ts";

interface Settling {
  readonly claim: Claim;
  readonly settlements: readonly Settlement[];
  readonly refreshes: readonly ObjectRefresh[];
  readonly parents: readonly ObjectParent[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

interface Settled {
  /** The new states of the rows. */
  readonly rows: readonly (readonly [sequence: number, state: Settlement["state"]])[] | null;
  /** The claims that still held their lane. */
  readonly held: readonly string[] | null;
  /** The claims whose lane is free now and that another claim met meanwhile. */
  readonly wanted: readonly string[] | null;
}

const MAX_CLAIMS = 64;
const LANES = 2;

/** Writes that share the transaction of a settlement. */
export interface SettleParts {
  readonly writeRefreshes: WriteRefreshes;
  readonly writeParents: WriteParents;
}

/**
 * Creates `settle`: claims that end at the same time share a statement. If rows return to waiting,
 * their wake-ups are written in the same transaction.
 */
export function createSettle(
  context: InboxContext,
  { writeRefreshes, writeParents }: SettleParts,
): Inbox["settle"] {
  const { pool } = context;
  const statements = {
    plain: settleStatement(context.schema, { pausing: false }),
    pausing: settleStatement(context.schema, { pausing: true }),
  };
  const commit = createGroupCommit<Settling, null>({
    write: async (items) => {
      await settleAll(items);
      return items.map(() => null);
    },
    maxItems: MAX_CLAIMS,
    lanes: LANES,
    // Two settlements of a row, by a claim and by the one that took its lane over, exclude each
    // other.
    keysOf: ({ claim }) => [objectKey(claim.object)],
  });

  return async (claim, settlements, { refreshes = [], parents = [] } = {}) => {
    if (settlements.length > 0 || claim.refresh !== null || refreshes.length > 0)
      await commit({ claim, settlements, refreshes, parents, now: context.now() });
  };

  async function settleAll(items: readonly Settling[]): Promise<void> {
    const has = (state: Settlement["state"]) =>
      items.some(({ settlements }) => settlements.some((settlement) => settlement.state === state));
    const statement = has("paused") ? statements.pausing : statements.plain;
    if (has("waiting") || has("paused") || items.some(requestsMore)) {
      await runTransaction(pool, async (run, client) => {
        const settled = await settleRows(run, statement, items);
        const refreshed = await writeRefreshes(run, refreshesOf(items, settled));
        const parents = items.flatMap((item) => item.parents);
        await writeParents(run, parents, Math.max(...items.map(({ now }) => now)));
        const wakeUps = [...wakeUpsOf(items, settled), ...distinctWakeUps(refreshed)];
        await wakeLater(context, client, wakeUps);
      });
      return;
    }
    const run: Run = (text, values) => runStatement(pool, text, values);
    const wakeUps = wakeUpsOf(items, await settleRows(run, statement, items));
    // Rare, so that the common case, all rows done, is a single round trip. If the process ends
    // here, a sweep finds the rows.
    if (wakeUps.length > 0)
      await runTransaction(pool, (_run, client) => wakeLater(context, client, wakeUps));
  }

  async function settleRows(
    run: Run,
    statement: string,
    items: readonly Settling[],
  ): Promise<Settled> {
    const rows = items.flatMap(({ settlements }) => settlements);
    const claims = items.map(({ claim: { id, object, refresh }, settlements }) => {
      const pauses = settlements.some(({ state }) => state === "paused");
      return { id, ...object, pauses, revision: refresh?.revision ?? null };
    });
    const at = nowValue(context, Math.max(...items.map(({ now }) => now)));
    const values = [sequenceArray(rows), jsonText(bySequence(items)), jsonText(claims), at];
    const [settled] = await run<Settled>(statement, values);
    return settled ?? { rows: null, held: null, wanted: null };
  }
}

function requestsMore({ refreshes, parents }: Settling): boolean {
  return refreshes.length > 0 || parents.length > 0;
}

function bySequence(items: readonly Settling[]): Readonly<Record<number, object>> {
  return Object.fromEntries(
    items.flatMap(({ claim: { claimedAt }, settlements, now }) =>
      settlements.map(({ sequence, ...settlement }) => {
        // A relative time: the caller's clock and the database's may differ.
        const afterMs = settlement.state === "waiting" ? settlement.dueAt - now : 0;
        return [sequence, { ...settlement, claimedAt, afterMs }];
      }),
    ),
  );
}

/** Returns the refreshes that claims request which still held their lane. */
function refreshesOf(
  items: readonly Settling[],
  { held }: Settled,
): readonly { readonly request: ObjectRefresh; readonly now: number }[] {
  return items
    .filter(({ claim }) => held?.includes(claim.id) === true)
    .flatMap(({ refreshes, now }) => refreshes.map((request) => ({ request, now })));
}

/**
 * Returns the wake-ups for rows that wait again, and for lanes that another claim wanted. An object
 * whose claim no longer held its lane is woken too: claims are not flushed, so a server crash may
 * have undone the claim after its wake-up was consumed.
 */
function wakeUpsOf(items: readonly Settling[], { rows, held, wanted }: Settled): readonly WakeUp[] {
  const stateOf = new Map(rows);
  return distinctWakeUps(
    items.flatMap(({ claim: { id, object }, settlements, now }): readonly WakeUp[] => {
      if (held?.includes(id) !== true) return [{ ...object, afterMs: 0 }];
      const waiting = settlements.flatMap((settlement) => {
        if (stateOf.get(settlement.sequence) !== "waiting") return [];
        const afterMs = settlement.state === "waiting" ? Math.max(0, settlement.dueAt - now) : 0;
        return [{ ...object, afterMs }];
      });
      return wanted?.includes(id) === true ? [{ ...object, afterMs: 0 }, ...waiting] : waiting;
    }),
  );
}
