import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { TENANT } from "../store/sample-writes.ts";
import type { FeedRule } from "./open-feed.ts";
import { allDone, deadChange, takeJob, titlesOf, writeTitles } from "./sample-changes.ts";

const DAY_MS = 24 * 3_600_000;

/** Rules of replay, list, stats, purge and listen. */
export function toolRules(rule: FeedRule): void {
  rule("list names changes without their records", async (opened, clock) => {
    const { changes } = opened;
    await writeTitles(opened, ["A", "B"]);
    const claim = await takeJob(changes, clock);
    await changes.settle(claim, [deadChange(claim.changes[0])]);
    const listed = await changes.list({ tenant: TENANT, objectType: "job", objectId: "123" });
    deepStrictEqual(
      listed.map(({ sequence }) => sequence),
      claim.changes.map(({ sequence }) => sequence),
    );
    const common = {
      tenant: TENANT,
      objectType: "job",
      objectId: "123",
      cause: "webhook",
      ref: null,
    };
    deepStrictEqual(listed[0], {
      ...common,
      sequence: claim.changes[0]?.sequence,
      at: clock.now,
      initial: false,
      replay: false,
      state: "dead",
      attempts: 20,
      dueAt: listed[0]?.dueAt,
      reason: "ERR_HANDLER",
      error: "Handler threw.",
    });
    strictEqual((await changes.list({ states: ["waiting"] })).length, 1);
    strictEqual((await changes.list({ limit: 1 })).length, 1);
    strictEqual((await changes.list({ sequences: [claim.changes[1]?.sequence ?? 0] })).length, 1);
    strictEqual((await changes.list({ objectId: "9" })).length, 0);
    strictEqual((await changes.list({ objectType: "client" })).length, 0);
  });

  rule("replay sets dead and done changes waiting again", async (opened, clock) => {
    const { changes } = opened;
    await writeTitles(opened, ["A", "B", "C"]);
    const claim = await takeJob(changes, clock);
    const [first, ...others] = claim.changes;
    await changes.settle(claim, [deadChange(first), ...allDone(others)]);
    strictEqual(await changes.replay({ states: ["waiting"] }), 0);
    strictEqual(await changes.replay({ tenant: "other" }), 0);
    strictEqual(await changes.replay({ tenant: TENANT }), 1);
    const dead = await takeJob(changes, clock);
    deepStrictEqual(titlesOf(dead.changes), ["A"]);
    deepStrictEqual(
      dead.changes.map(({ attempts, replay, sequence }) => ({ attempts, replay, sequence })),
      [{ attempts: 0, replay: true, sequence: first?.sequence }],
    );
    await changes.settle(dead, allDone(dead.changes));
    strictEqual(await changes.replay({ states: ["done"], limit: 2 }), 2);
    deepStrictEqual(titlesOf((await takeJob(changes, clock)).changes), ["A", "B"]);
  });

  rule(
    "a replayed change comes before the waiting ones with higher numbers",
    async (opened, clock) => {
      const { changes } = opened;
      await writeTitles(opened, ["A"]);
      const claim = await takeJob(changes, clock);
      await changes.settle(claim, allDone(claim.changes));
      await writeTitles(opened, ["B"]);
      await changes.replay({ states: ["done"] });
      const again = await takeJob(changes, clock);
      deepStrictEqual(titlesOf(again.changes), ["A", "B"]);
      deepStrictEqual(
        again.changes.map(({ replay }) => replay),
        [true, false],
      );
    },
  );

  rule(
    "stats counts waiting and dead changes with the age of the oldest",
    async (opened, clock) => {
      const { changes } = opened;
      await writeTitles(opened, ["A", "B", "C"]);
      const claim = await takeJob(changes, clock);
      const [first, second] = claim.changes;
      await changes.settle(claim, [deadChange(first), ...allDone(second ? [second] : [])]);
      clock.now += 5000;
      const stats = await changes.stats({ now: clock.now });
      deepStrictEqual(
        [...stats].sort((a, b) => (a.state < b.state ? -1 : 1)),
        [
          { tenant: TENANT, state: "dead", rows: 1, oldestAgeMs: 5000 },
          { tenant: TENANT, state: "waiting", rows: 1, oldestAgeMs: 5000 },
        ],
      );
    },
  );

  rule("purge deletes only done changes, after 7 days", async (opened, clock) => {
    const { changes } = opened;
    await writeTitles(opened, ["A", "B", "C"]);
    const claim = await takeJob(changes, clock);
    const [first, second] = claim.changes;
    await changes.settle(claim, [deadChange(first), ...allDone(second ? [second] : [])]);
    clock.now += 7 * DAY_MS;
    strictEqual(await changes.purge({ now: clock.now }), 0);
    clock.now += 1;
    strictEqual(await changes.purge({ now: clock.now }), 1);
    deepStrictEqual(
      (await changes.list({})).map(({ state }) => state),
      ["dead", "waiting"],
    );
    clock.now += 1000 * DAY_MS;
    strictEqual(await changes.purge({ now: clock.now, doneAfterMs: 0 }), 0);
  });

  rule("listen runs records whose changes are committed meanwhile", async (opened, clock) => {
    const { changes } = opened;
    const stop = new AbortController();
    const seen: string[] = [];
    let notify = () => {};
    const errors: unknown[] = [];
    const listening = changes.listen(
      async ({ objectId }) => {
        const claim = await takeJob(changes, clock, { id: objectId }).catch(() => null);
        if (claim === null) return;
        await changes.settle(claim, allDone(claim.changes));
        seen.push(objectId);
        if (seen.length === 3) notify();
      },
      { concurrency: 2, signal: stop.signal, onError: (error) => errors.push(error) },
    );
    const all = new Promise<void>((resolve) => {
      notify = resolve;
    });
    for (const id of ["1", "2", "3"]) await writeTitles(opened, ["A"], { id });
    await all;
    stop.abort();
    await listening;
    deepStrictEqual([seen.sort(), errors], [["1", "2", "3"], []]);
  });
}
