import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { ContactRecord, JobRecord, SyncReader } from "@jobber-sync/core";
import type { ChangeClaim, ChangeSettlement, ClaimedChange } from "@jobber-sync/core/ports";
import type { Random } from "../../../random/create-random.ts";
import type { History } from "../../store/histories/history.ts";
import { syncChangeOf } from "../../store/histories/sync-change-of.ts";
import type { FeedClock, OpenFeed } from "../open-feed.ts";
import { deadChange, LEASE_MS, retryAt } from "../sample-changes.ts";
import { createOwnTable, type OwnTable } from "./own-table.ts";

/** A history and its randomness. */
export interface PlayedHistory {
  /** A tenant without rows. */
  readonly tenant: string;
  readonly history: History;
  readonly random: Random;
}

/**
 * Applies a history and consumes its changes meanwhile: in part, with failures, and by consumers
 * that die after any step. Then consumes the rest and compares.
 *
 * @throws {AssertionError} at the first difference
 */
export async function playChanges(
  { store, changes }: OpenFeed,
  clock: FeedClock,
  { tenant, history, random }: PlayedHistory,
): Promise<void> {
  const objects = new Map(
    history.flatMap(({ writes }) =>
      writes.map(({ kind, id }) => {
        const objectType = kind === "job" ? ("job" as const) : ("client" as const);
        return [`${kind} ${id}`, { tenant, objectType, objectId: id }] as const;
      }),
    ),
  );
  const table = createOwnTable();
  let late: OwnTable | null = null;
  let initial = 0;
  for (const [index, step] of history.entries()) {
    await store.apply(syncChangeOf(tenant, step, index));
    if (late === null && random.chance(0.1)) {
      late = createOwnTable({ isLate: true });
      initial = await changes.initial(tenant, { now: clock.now });
    }
    for (const object of objects.values()) if (random.chance(0.3)) await consume(object, false);
  }
  for (let more = true; more; ) {
    more = false;
    if ((await changes.replay({ tenant })) > 0) more = true;
    clock.now += 60_000;
    for (const object of objects.values()) while (await consume(object, true)) more = true;
  }
  const records = await recordsOf(store, tenant);
  deepStrictEqual(table.records(), records, "the table");
  if (late !== null) deepStrictEqual(late.records(), records, "the table that was added later");
  const listed = await changes.list({ tenant, limit: Number.POSITIVE_INFINITY });
  deepStrictEqual(
    listed.map(({ sequence }) => sequence),
    table.handled(),
    "the numbers of the changes, each handled at least once",
  );
  strictEqual(listed.filter((change) => change.initial).length, initial);

  async function consume(
    object: Parameters<typeof changes.claim>[0],
    reliable: boolean,
  ): Promise<boolean> {
    const limit = 1 + random.int(3);
    const claim = await changes.claim(object, { leaseMs: LEASE_MS, now: clock.now, limit });
    if (claim === null) return false;
    const count = reliable ? claim.changes.length : random.int(claim.changes.length + 1);
    const handled = claim.changes.slice(0, count);
    for (const change of handled) {
      table.handle(change);
      late?.handle(change);
    }
    if (!reliable && random.chance(0.3)) {
      // The consumer dies before it settles.
      clock.now += LEASE_MS;
      return true;
    }
    await changes.settle(claim, settlementsOf(claim, handled));
    return true;
  }

  function settlementsOf(
    { changes: claimed }: ChangeClaim,
    handled: readonly ClaimedChange[],
  ): readonly ChangeSettlement[] {
    const done = handled.map(({ sequence }) => ({ sequence, state: "done" as const }));
    const next = claimed[handled.length];
    if (next === undefined || random.chance(0.3)) return done;
    if (random.chance(0.2)) {
      table.giveUp(next);
      late?.giveUp(next);
      return [...done, deadChange(next)];
    }
    return [...done, retryAt(next, clock.now + random.int(5000))];
  }
}

async function recordsOf(
  store: SyncReader,
  tenant: string,
): Promise<readonly (JobRecord | ContactRecord)[]> {
  return [...(await store.jobs(tenant)), ...(await store.contacts(tenant))];
}
