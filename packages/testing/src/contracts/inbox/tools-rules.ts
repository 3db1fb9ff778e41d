import assert from "node:assert/strict";
import type { DeliveryFilter } from "@jobber-sync/core";
import {
  claimNow,
  DAY_MS,
  delivery,
  done,
  LEASE_MS,
  listenTo,
  objectOf,
  settleAs,
  states,
  until,
} from "./deliveries.ts";
import type { Rule } from "./rule.ts";

/** Rules of `list`, `replay` and `resume`. */
export function toolsRules(rule: Rule): void {
  rule(
    "list filters by tenant, state, topic and sequence, oldest first, up to a limit",
    async ({ inbox }) => {
      const { sequence } = await inbox.accept(delivery("1", { topic: "JOB_UPDATE" }));
      await inbox.accept(delivery("2", { tenant: "other", topic: "JOB_CREATE" }));
      await inbox.accept(
        delivery("3", { state: "quarantined", reason: "ERR_EVENT_INVALID", topic: null }),
      );
      const ids = async (filter: DeliveryFilter) =>
        (await inbox.list(filter)).map(({ objectId }) => objectId);
      assert.deepEqual(await ids({}), ["1", "2", "3"]);
      assert.deepEqual(await ids({ tenant: "other" }), ["2"]);
      assert.deepEqual(await ids({ states: ["waiting"] }), ["1", "2"]);
      assert.deepEqual(await ids({ topic: "JOB_UPDATE" }), ["1"]);
      assert.deepEqual(await ids({ sequences: [sequence] }), ["1"]);
      assert.deepEqual(await ids({ limit: 2 }), ["1", "2"]);
    },
  );

  rule("list filters by object and by time of arrival", async ({ inbox }) => {
    const now = Date.now();
    await inbox.accept(delivery("1", { receivedAt: now - 3000 }));
    await inbox.accept(delivery("1", { receivedAt: now - 2000, objectType: "client" }));
    await inbox.accept(delivery("2", { receivedAt: now - 1000 }));
    const names = async (filter: DeliveryFilter) =>
      (await inbox.list(filter)).map(({ objectType, objectId }) => `${objectType} ${objectId}`);
    assert.deepEqual(await names({ objectId: "1" }), ["job 1", "client 1"]);
    assert.deepEqual(await names({ objectType: "job" }), ["job 1", "job 2"]);
    assert.deepEqual(await names({ objectType: "job", objectId: "1" }), ["job 1"]);
    assert.deepEqual(await names({ receivedFrom: now - 2000 }), ["client 1", "job 2"]);
    assert.deepEqual(await names({ receivedBefore: now - 2000 }), ["job 1"]);
    assert.deepEqual(await names({ receivedFrom: now - 2500, receivedBefore: now - 1500 }), [
      "client 1",
    ]);
  });

  rule("list pages between two sequences, newest first if requested", async ({ inbox }) => {
    const sequences: number[] = [];
    for (const id of ["1", "2", "3", "4", "5"])
      sequences.push((await inbox.accept(delivery(id))).sequence);
    await settleAs(inbox, delivery("3"), "dead");
    const [first = 0, second = 0, , fourth = 0, fifth = 0] = sequences;
    const ids = async (filter: DeliveryFilter) =>
      (await inbox.list(filter)).map(({ objectId }) => objectId);
    const between = { afterSequence: first, beforeSequence: fifth };
    assert.deepEqual(await ids(between), ["2", "3", "4"]);
    assert.deepEqual(await ids({ ...between, newestFirst: true, limit: 2 }), ["4", "3"]);
    assert.deepEqual(await ids({ beforeSequence: fourth, newestFirst: true }), ["3", "2", "1"]);
    const open = { states: ["waiting", "dead"] as const, newestFirst: true };
    assert.deepEqual(await ids({ ...open, beforeSequence: fifth }), ["4", "2", "1"]);
    assert.deepEqual(await ids({ ...open, afterSequence: second, limit: 2 }), ["3", "5"]);
    // The other operations act on what the rest of the filter selects.
    assert.equal(await inbox.discard({ states: ["waiting"], beforeSequence: second }), 4);
  });

  rule("list returns at most 100 rows by default", async ({ inbox }) => {
    await Promise.all(
      Array.from({ length: 101 }, (_, index) => inbox.accept(delivery(String(index)))),
    );
    assert.equal((await inbox.list({})).length, 100);
  });

  rule("every limit accepts Infinity", async ({ inbox }) => {
    await Promise.all(
      Array.from({ length: 101 }, (_, index) => inbox.accept(delivery(String(index % 2)))),
    );
    const limit = Number.POSITIVE_INFINITY;
    assert.equal((await inbox.list({ limit })).length, 101);
    assert.equal((await inbox.due({ now: Date.now(), limit })).length, 2);
    const claim = await inbox.claim(objectOf("0"), { leaseMs: LEASE_MS, now: Date.now(), limit });
    assert.equal(claim?.deliveries.length, 51);
    assert.equal(await inbox.replay({ limit }), 0);
  });

  rule(
    "replay covers quarantined and unresolved deliveries, and dead ones if requested",
    async ({ inbox }) => {
      await inbox.accept(delivery("1", { state: "quarantined", reason: "ERR_ACCOUNT_MISMATCH" }));
      await settleAs(inbox, delivery("2"), "unresolved");
      await settleAs(inbox, delivery("3"), "dead");
      await settleAs(inbox, delivery("4"), "done");
      await settleAs(inbox, delivery("5"), "paused");
      assert.equal(await inbox.replay({}), 2);
      assert.deepEqual(await states(inbox), ["waiting", "waiting", "dead", "done", "paused"]);
      assert.equal(await inbox.replay({ states: ["dead"] }), 1);
      assert.equal(await inbox.replay({ states: ["done", "waiting", "claimed", "paused"] }), 0);
      const again = await claimNow(inbox, "3");
      assert.deepEqual([again?.deliveries[0]?.attempts, again?.deliveries[0]?.retries], [0, 0]);
    },
  );

  rule("replay covers all rows, or at most `limit`", async ({ inbox }) => {
    const quarantined = (index: number) =>
      delivery(String(index), { state: "quarantined", reason: "ERR_ACCOUNT_MISMATCH" });
    await Promise.all(Array.from({ length: 250 }, (_, index) => inbox.accept(quarantined(index))));
    assert.equal(await inbox.replay({ limit: 10 }), 10);
    assert.equal(await inbox.replay({}), 240);
    assert.equal((await inbox.list({ states: ["waiting"], limit: 1000 })).length, 250);
  });

  rule(
    "replay keeps the reason of quarantined rows and clears that of others",
    async ({ inbox }) => {
      await inbox.accept(delivery("1", { state: "quarantined", reason: "ERR_ACCOUNT_MISMATCH" }));
      await settleAs(inbox, delivery("2"), "dead");
      await settleAs(inbox, delivery("3"), "unresolved");
      assert.equal(await inbox.replay({ states: ["quarantined", "dead", "unresolved"] }), 3);
      const reasons: unknown[] = [];
      for (const id of ["1", "2", "3"])
        reasons.push((await claimNow(inbox, id))?.deliveries[0]?.reason);
      assert.deepEqual(reasons, ["ERR_ACCOUNT_MISMATCH", null, null]);
    },
  );

  rule("replay restarts a row's age and keeps its time of arrival", async ({ inbox }) => {
    const receivedAt = Date.now() - DAY_MS;
    await settleAs(inbox, delivery("1", { receivedAt }), "paused");
    await new Promise((resolve) => setTimeout(resolve, 20));
    await inbox.resume("acme");
    const resumed = await claimNow(inbox, "1");
    assert.ok(resumed);
    assert.equal(resumed.deliveries[0]?.startedAt, receivedAt);
    await inbox.settle(
      resumed,
      done(resumed).map(({ sequence }) => ({
        sequence,
        state: "dead",
        attempts: 5,
        reason: "ERR_HANDLER",
      })),
    );
    await inbox.replay({ states: ["dead"] });
    const again = await until(() => claimNow(inbox, "1"));
    const [row] = again.deliveries;
    assert.deepEqual([row?.receivedAt, row?.pausedMs], [receivedAt, 0]);
    assert.ok(Math.abs((row?.startedAt ?? 0) - Date.now()) < 5000);
  });

  rule("replay wakes the objects it replays", async ({ inbox }) => {
    await settleAs(inbox, delivery("1"), "dead");
    await listenTo(inbox, async () => {
      await inbox.replay({ states: ["dead"] });
      await until(async () => (await states(inbox))[0] === "done");
    });
  });

  rule(
    "stats counts deliveries by tenant and state and returns the oldest age",
    async ({ inbox }) => {
      assert.deepEqual(await inbox.stats(), []);
      const now = Date.now();
      await inbox.accept(delivery("1", { receivedAt: now - 60_000 }));
      await inbox.accept(delivery("2", { receivedAt: now - 30_000 }));
      await inbox.accept(delivery("1", { tenant: "other", receivedAt: now - 90_000 }));
      await settleAs(inbox, delivery("3", { receivedAt: now - 120_000 }), "dead");
      await settleAs(inbox, delivery("4"), "done");
      await inbox.accept(delivery("5", { receivedAt: now - 10_000 }));
      assert.ok(await claimNow(inbox, "5"));
      const stats = [...(await inbox.stats({ now }))];
      assert.deepEqual(
        stats.map(({ tenant, state, rows }) => `${tenant} ${state} ${rows}`).sort(),
        ["acme claimed 1", "acme dead 1", "acme waiting 2", "other waiting 1"],
      );
      const age = (tenant: string, state: string) =>
        stats.find((row) => row.tenant === tenant && row.state === state)?.oldestAgeMs ?? 0;
      for (const [actual, expected] of [
        [age("acme", "waiting"), 60_000],
        [age("other", "waiting"), 90_000],
        [age("acme", "dead"), 120_000],
        [age("acme", "claimed"), 10_000],
      ] as const)
        assert.ok(Math.abs(actual - expected) < 5000, `${actual} ms instead of ${expected} ms`);
    },
  );

  rule("stats returns no negative age for a delivery from the future", async ({ inbox }) => {
    await inbox.accept(delivery("1", { receivedAt: Date.now() + 3_600_000 }));
    assert.deepEqual(
      (await inbox.stats()).map(({ oldestAgeMs }) => oldestAgeMs),
      [0],
    );
  });

  rule(
    "discard deletes failed deliveries, and waiting or paused ones if requested",
    async ({ inbox }) => {
      await inbox.accept(delivery("1", { state: "quarantined", reason: "ERR_EVENT_INVALID" }));
      await settleAs(inbox, delivery("2"), "unresolved");
      await settleAs(inbox, delivery("3"), "dead");
      await settleAs(inbox, delivery("4"), "done");
      await settleAs(inbox, delivery("5"), "paused");
      await inbox.accept(delivery("6"));
      await inbox.accept(delivery("7"));
      assert.ok(await claimNow(inbox, "7"));
      assert.equal(await inbox.discard({ tenant: "other" }), 0);
      assert.equal(await inbox.discard({ states: ["done", "claimed"] }), 0);
      assert.equal(await inbox.discard({ limit: 1 }), 1);
      assert.equal(await inbox.discard({}), 2);
      assert.deepEqual(await states(inbox), ["done", "paused", "waiting", "claimed"]);
      assert.equal(await inbox.discard({ states: ["waiting", "paused"], objectId: "6" }), 1);
      assert.equal(await inbox.discard({ states: ["waiting", "paused"] }), 1);
      assert.deepEqual(await states(inbox), ["done", "claimed"]);
      assert.deepEqual(await inbox.due({ now: Date.now(), limit: 10 }), []);
    },
  );
}
