import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { FeedRule } from "./open-feed.ts";
import {
  allDone,
  claimJob,
  deadChange,
  jobObject,
  LEASE_MS,
  retryAt,
  takeJob,
  titlesOf,
  writeTitles,
} from "./sample-changes.ts";

const HOUR_MS = 3_600_000;

/** Rules of order and lanes: one run per record at a time, its changes by number. */
export function lineRules(rule: FeedRule): void {
  rule("claim returns the first changes of a record in their order", async (opened, clock) => {
    await writeTitles(opened, ["A", "B", "C"]);
    const { changes } = opened;
    const first = await takeJob(changes, clock, { limit: 2 });
    deepStrictEqual(titlesOf(first.changes), ["A", "B"]);
    await changes.settle(first, allDone(first.changes));
    deepStrictEqual(titlesOf((await takeJob(changes, clock)).changes), ["C"]);
  });

  rule("claim returns null for a record without changes", async ({ changes }, clock) => {
    strictEqual(await claimJob(changes, clock), null);
  });

  rule(
    "a retried change blocks its record, and no other, until it is due",
    async (opened, clock) => {
      const { changes } = opened;
      await writeTitles(opened, ["A", "B"]);
      await writeTitles(opened, ["X"], { id: "9" });
      const claim = await takeJob(changes, clock);
      await changes.settle(claim, [retryAt(claim.changes[0], clock.now + HOUR_MS)]);
      await writeTitles(opened, ["C"]);
      strictEqual(await claimJob(changes, clock), null);
      deepStrictEqual(titlesOf((await takeJob(changes, clock, { id: "9" })).changes), ["X"]);
      deepStrictEqual(await changes.due({ now: clock.now, limit: 10 }), []);
      clock.now += HOUR_MS;
      const again = await takeJob(changes, clock);
      deepStrictEqual(titlesOf(again.changes), ["A", "B", "C"]);
      deepStrictEqual(
        again.changes.map(({ attempts }) => attempts),
        [1, 0, 0],
      );
    },
  );

  rule("a change that is dead no longer blocks its record", async (opened, clock) => {
    const { changes } = opened;
    await writeTitles(opened, ["A", "B"]);
    const claim = await takeJob(changes, clock, { limit: 1 });
    await changes.settle(claim, [deadChange(claim.changes[0])]);
    deepStrictEqual(await changes.due({ now: clock.now, limit: 10 }), [jobObject()]);
    deepStrictEqual(titlesOf((await takeJob(changes, clock)).changes), ["B"]);
  });

  rule("a claim ends before the first change that is not due", async (opened, clock) => {
    const { changes } = opened;
    await writeTitles(opened, ["A", "B", "C"]);
    const claim = await takeJob(changes, clock);
    const [first, second] = claim.changes;
    await changes.settle(claim, [
      ...allDone(first ? [first] : []),
      retryAt(second, clock.now + HOUR_MS),
    ]);
    await changes.replay({ states: ["done"] });
    const again = await takeJob(changes, clock);
    deepStrictEqual(titlesOf(again.changes), ["A"]);
    await changes.settle(again, allDone(again.changes));
    strictEqual(await claimJob(changes, clock), null);
    clock.now += HOUR_MS;
    deepStrictEqual(titlesOf((await takeJob(changes, clock)).changes), ["B", "C"]);
  });

  rule("changes that a settlement leaves out stay first in the line", async (opened, clock) => {
    const { changes } = opened;
    await writeTitles(opened, ["A", "B"]);
    const claim = await takeJob(changes, clock);
    await changes.settle(claim, allDone(claim.changes.slice(0, 1)));
    deepStrictEqual(titlesOf((await takeJob(changes, clock)).changes), ["B"]);
  });

  rule("claim and due leave out a record whose lane is held", async (opened, clock) => {
    const { changes } = opened;
    await writeTitles(opened, ["A"]);
    const claim = await takeJob(changes, clock);
    await writeTitles(opened, ["B"]);
    strictEqual(await claimJob(changes, clock), null);
    deepStrictEqual(await changes.due({ now: clock.now, limit: 10 }), []);
    clock.now += LEASE_MS - 1;
    strictEqual(await changes.extend(claim, { leaseMs: LEASE_MS, now: clock.now }), true);
    clock.now += LEASE_MS - 1;
    strictEqual(await claimJob(changes, clock), null);
    clock.now += 1;
    deepStrictEqual(await changes.due({ now: clock.now, limit: 10 }), [jobObject()]);
  });

  rule("a claim whose lane was taken over changes nothing", async (opened, clock) => {
    const { changes } = opened;
    await writeTitles(opened, ["A"]);
    const lost = await takeJob(changes, clock);
    clock.now += LEASE_MS;
    const second = await takeJob(changes, clock);
    deepStrictEqual(titlesOf(second.changes), ["A"]);
    await changes.settle(lost, allDone(lost.changes));
    strictEqual(await changes.extend(lost, { leaseMs: LEASE_MS, now: clock.now }), false);
    strictEqual((await changes.list({ states: ["waiting"] })).length, 1);
    await changes.settle(second, allDone(second.changes));
    strictEqual((await changes.list({ states: ["done"] })).length, 1);
    strictEqual(await changes.extend(second, { leaseMs: LEASE_MS, now: clock.now }), false);
  });

  rule(
    "settle works after the lease if no other claim took the lane over",
    async (opened, clock) => {
      const { changes } = opened;
      await writeTitles(opened, ["A"]);
      const claim = await takeJob(changes, clock);
      clock.now += HOUR_MS;
      await changes.settle(claim, allDone(claim.changes));
      strictEqual((await changes.list({ states: ["done"] })).length, 1);
    },
  );

  rule(
    "a clock that is set back stops neither changes, retries nor lanes",
    async (opened, clock) => {
      const { changes } = opened;
      const right = clock.now;
      clock.now += 48 * HOUR_MS;
      await writeTitles(opened, ["A"]);
      await writeTitles(opened, ["X"], { id: "9" });
      const claim = await takeJob(changes, clock);
      const other = await takeJob(changes, clock, { id: "9" });
      await changes.settle(other, [retryAt(other.changes[0], clock.now + HOUR_MS)]);
      clock.now = right;
      const due = await changes.due({ now: clock.now, limit: 10 });
      deepStrictEqual(due.map(({ objectId }) => objectId).sort(), ["123", "9"]);
      const again = await takeJob(changes, clock);
      strictEqual(await changes.extend(claim, { leaseMs: LEASE_MS, now: clock.now }), false);
      deepStrictEqual(titlesOf(again.changes), ["A"]);
      deepStrictEqual(titlesOf((await takeJob(changes, clock, { id: "9" })).changes), ["X"]);
    },
  );
}
