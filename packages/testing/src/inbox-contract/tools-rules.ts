import assert from "node:assert/strict";
import type { DeliveryFilter } from "@jobber-sync/core";
import { claimNow, delivery, listenTo, settleAs, states, until } from "./deliveries.ts";
import type { Rule } from "./rule.ts";

/** Rules of what operators use. */
export function toolsRules(rule: Rule): void {
  rule("lists by tenant, state, topic and sequence, oldest first, up to a limit", async ({ inbox }) => {
    const { sequence } = await inbox.accept(delivery("1", { topic: "JOB_UPDATE" }));
    await inbox.accept(delivery("2", { clientSlug: "other", topic: "JOB_CREATE" }));
    await inbox.accept(delivery("3", { state: "quarantined", reason: "ERR_EVENT_INVALID", topic: null }));
    const ids = async (filter: DeliveryFilter) => (await inbox.list(filter)).map(({ objectId }) => objectId);
    assert.deepEqual(await ids({}), ["1", "2", "3"]);
    assert.deepEqual(await ids({ clientSlug: "other" }), ["2"]);
    assert.deepEqual(await ids({ states: ["waiting"] }), ["1", "2"]);
    assert.deepEqual(await ids({ topic: "JOB_UPDATE" }), ["1"]);
    assert.deepEqual(await ids({ sequences: [sequence] }), ["1"]);
    assert.deepEqual(await ids({ limit: 2 }), ["1", "2"]);
  });

  rule("replays quarantined and unresolved deliveries, and dead ones when named", async ({ inbox }) => {
    await inbox.accept(delivery("1", { state: "quarantined", reason: "ERR_ACCOUNT_MISMATCH" }));
    await settleAs(inbox, delivery("2"), "unresolved");
    await settleAs(inbox, delivery("3"), "dead");
    await settleAs(inbox, delivery("4"), "done");
    assert.equal(await inbox.replay({}), 2);
    assert.deepEqual(await states(inbox), ["waiting", "waiting", "dead", "done"]);
    assert.equal(await inbox.replay({ states: ["dead"] }), 1);
    assert.equal(await inbox.replay({ states: ["done", "waiting"] }), 0);
    const again = await claimNow(inbox, "3");
    assert.deepEqual([again?.deliveries[0]?.attempts, again?.deliveries[0]?.retries], [0, 0]);
  });

  rule("wakes what it replays", async ({ inbox }) => {
    await settleAs(inbox, delivery("1"), "dead");
    await listenTo(inbox, async () => {
      await inbox.replay({ states: ["dead"] });
      await until(async () => (await states(inbox))[0] === "done");
    });
  });

  rule("resumes the paused deliveries of one tenant, and does not count the pause", async ({ inbox }) => {
    await settleAs(inbox, delivery("1"), "paused");
    await settleAs(inbox, delivery("1", { clientSlug: "other" }), "paused");
    await new Promise((resolve) => setTimeout(resolve, 120));
    assert.equal(await inbox.resume("acme"), 1);
    assert.deepEqual(await states(inbox), ["waiting", "paused"]);
    const claim = await claimNow(inbox, "1");
    assert.ok((claim?.deliveries[0]?.pausedMs ?? 0) >= 100, "the pause is on record");
  });

  rule(
    "spaces API calls over everybody who shares the inbox, and reserves no place beyond the longest wait",
    async (opened) => {
      const { inbox, another } = opened;
      const reserve = (index: number, maxWaitMs: number) =>
        (index % 2 === 0 ? inbox : (another?.inbox ?? inbox)).reserveFetch("acme", {
          perSecond: 2,
          maxWaitMs,
          now: Date.now(),
        });
      const waits: number[] = [];
      for (let index = 0; index < 4; index += 1) waits.push(await reserve(index, 60_000));
      for (const [index, wait] of waits.entries())
        assert.ok(Math.abs(wait - index * 500) < 250, `place ${index} is ${wait} ms away`);
      const refused = await reserve(0, 100);
      const next = await reserve(1, 60_000);
      assert.ok(refused > 100 && Math.abs(refused - next) < 250, "a place that nobody waits for stays free");
      assert.equal(await inbox.reserveFetch("other", { perSecond: 2, maxWaitMs: 0, now: Date.now() }), 0);
    },
  );

  rule(
    "erases the bodies of finished deliveries and deletes failed ones when they are old enough",
    async ({ inbox }) => {
      const { sequence } = await settleAs(inbox, delivery("1"), "done");
      await settleAs(inbox, delivery("2"), "dead");
      await inbox.accept(delivery("3"));
      const later = Date.now() + 10_000;
      assert.deepEqual(await inbox.purge({ now: later, bodiesAfterMs: 60_000, failedAfterMs: 60_000 }), {
        bodies: 0,
        deliveries: 0,
      });
      assert.deepEqual(await inbox.purge({ now: later, bodiesAfterMs: 1000, failedAfterMs: 1000 }), {
        bodies: 1,
        deliveries: 1,
      });
      assert.equal(await inbox.body(sequence), null);
      assert.deepEqual(await states(inbox), ["done", "waiting"]);
      assert.equal((await inbox.accept(delivery("1", { deliveryKey: "key of 1" }))).outcome, "duplicate");
    },
  );
}
