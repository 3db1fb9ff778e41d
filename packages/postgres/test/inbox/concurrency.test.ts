import { isJobberSyncError } from "@jobber-sync/core";
import type { Claim, Settlement } from "@jobber-sync/core/ports";
import { createPostgres } from "@jobber-sync/postgres";
import { expect, it } from "vitest";
import { openPool } from "../support/connections.ts";
import { deadlocks } from "../support/deadlocks.ts";
import { delivery, objectOf } from "../support/deliveries.ts";
import { testDatabase } from "../support/test-database.ts";

const database = testDatabase();

const OBJECTS = 6;
const ROUNDS = 20;
const TENANTS = ["acme", "other"];

/** Settles rows to all states in turn. */
function settlements(claim: Claim, turn: number): readonly Settlement[] {
  return claim.deliveries.map(({ sequence }, index): Settlement => {
    const counts = { attempts: 1, reason: "ERR_HANDLER" };
    switch ((turn + index) % 5) {
      case 0:
        return { sequence, state: "paused", ...counts };
      case 1:
        return {
          sequence,
          state: "waiting",
          dueAt: Date.now() + (index % 3),
          retries: 1,
          recheckSince: null,
          ...counts,
        };
      case 2:
        return { sequence, state: "dead", ...counts };
      default:
        return { sequence, state: "done" };
    }
  });
}

it("runs all operations from four machines at once without deadlock, failure, double claim or lost row", async () => {
  const before = await deadlocks(database);
  const { schema, queue, inbox } = await database.open();
  const pool = openPool(database.connectionString, { max: 24 });
  const inboxes = Array.from(
    { length: 4 },
    () =>
      createPostgres({
        pool,
        boss: database.boss,
        schema,
        queue,
        prepare: true,
        acceptTimeoutMs: 20_000,
      }).inbox,
  );
  const failures: unknown[] = [];
  const held = new Set<number>();
  const twice: number[] = [];
  const times = async (work: (round: number) => Promise<unknown>) => {
    for (let round = 0; round < ROUNDS; round += 1)
      await work(round).catch((error: unknown) =>
        failures.push(isJobberSyncError(error) ? error.code : error),
      );
  };
  const object = (round: number, tenant: number) => ({
    ...objectOf(String(round % OBJECTS)),
    tenant: TENANTS[tenant % TENANTS.length] ?? "",
  });
  const machine = ([mine, index]: readonly [typeof inbox, number]) => [
    times((round) => {
      const refs = Array.from({ length: 5 }, (_, each) => object(round + each, each + index));
      return Promise.all(refs.map((ref) => mine.accept(delivery(ref.objectId, ref))));
    }),
    times(async (round) => {
      const refs = Array.from({ length: OBJECTS }, (_, each) =>
        object(round + (index % 2 ? each : -each) + OBJECTS * ROUNDS, each),
      );
      await Promise.all(
        refs.map(async (ref) => {
          const claim = await mine.claim(ref, { leaseMs: 60_000, now: Date.now() });
          if (claim === null) return;
          for (const { sequence } of claim.deliveries)
            held.has(sequence) ? twice.push(sequence) : held.add(sequence);
          await mine.extend(claim, { leaseMs: 60_000, now: Date.now() });
          for (const { sequence } of claim.deliveries) held.delete(sequence);
          await mine.settle(claim, settlements(claim, round));
        }),
      );
    }),
    times((round) => mine.resume(TENANTS[round % 2] ?? "")),
    times(() => mine.replay({ states: ["dead"], limit: 7 })),
    times((round) =>
      mine.acquireSlot(TENANTS[round % 2] ?? "", { perSecond: 8, maxWaitMs: 0, now: Date.now() }),
    ),
    times(() => mine.purge({ now: Date.now() + 1000, bodiesAfterMs: 1, failedAfterMs: 3_600_000 })),
    times(() => mine.due({ now: Date.now(), limit: 5, exclude: [objectOf("1")] })),
  ];
  await Promise.all([...inboxes.entries()].flatMap(([index, mine]) => machine([mine, index])));
  expect(failures).toEqual([]);
  expect(twice).toEqual([]);

  // Everything left is processed after resume and replay.
  for (const tenant of TENANTS) await inbox.resume(tenant);
  await inbox.replay({ states: ["dead"] });
  await new Promise((resolve) => setTimeout(resolve, 20));
  for (;;) {
    const due = await inbox.due({ now: Date.now(), limit: 50 });
    if (due.length === 0) break;
    for (const ref of due) {
      const claim = await inbox.claim(ref, { leaseMs: 60_000, now: Date.now() });
      if (claim !== null)
        await inbox.settle(
          claim,
          claim.deliveries.map(({ sequence }) => ({ sequence, state: "done" })),
        );
    }
  }
  const rows = await inbox.list({ limit: 10_000 });
  expect(rows).toHaveLength(inboxes.length * ROUNDS * 5);
  expect(rows.filter(({ state }) => state !== "done")).toEqual([]);
  await pool.end();
  expect((await deadlocks(database)) - before).toBe(0);
});
