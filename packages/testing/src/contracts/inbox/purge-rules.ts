import assert from "node:assert/strict";
import { claimNow, DAY_MS, delivery, settleAs, states } from "./deliveries.ts";
import type { Rule } from "./rule.ts";

const NOTHING = { bodies: 0, deliveries: 0 };

/** Rules of `purge`. */
export function purgeRules(rule: Rule): void {
  rule(
    "purge erases old bodies of finished deliveries and deletes old failed ones",
    async ({ inbox }) => {
      const { sequence } = await settleAs(inbox, delivery("1"), "done");
      await settleAs(inbox, delivery("2"), "dead");
      await inbox.accept(delivery("3"));
      const later = Date.now() + 10_000;
      assert.deepEqual(
        await inbox.purge({ now: later, bodiesAfterMs: 60_000, failedAfterMs: 60_000 }),
        NOTHING,
      );
      assert.deepEqual(
        await inbox.purge({ now: later, bodiesAfterMs: 1000, failedAfterMs: 1000 }),
        {
          bodies: 1,
          deliveries: 1,
        },
      );
      assert.equal(await inbox.body(sequence), null);
      assert.deepEqual(await states(inbox), ["done", "waiting"]);
      assert.equal(
        (await inbox.accept(delivery("1", { deliveryKey: "key of 1" }))).outcome,
        "duplicate",
      );
    },
  );

  rule(
    "purge measures age from the settlement, and keeps rows for 30 days by default",
    async ({ inbox }) => {
      const receivedAt = Date.now() - 40 * DAY_MS;
      for (const state of ["done", "dead", "unresolved"] as const)
        await settleAs(inbox, delivery(state, { receivedAt }), state);
      assert.deepEqual(await inbox.purge(), NOTHING);
      assert.deepEqual(await inbox.purge({ now: Date.now() + 29 * DAY_MS }), NOTHING);
      const gone = { bodies: 1, deliveries: 2 };
      assert.deepEqual(await inbox.purge({ now: Date.now() + 31 * DAY_MS }), gone);
      assert.deepEqual(await inbox.purge({ now: Date.now() + 31 * DAY_MS }), NOTHING);
      assert.deepEqual(await states(inbox), ["done"]);
    },
  );

  rule("purge never purges what has a retention of Infinity", async ({ inbox }) => {
    await settleAs(inbox, delivery("1"), "done");
    await settleAs(inbox, delivery("2"), "dead");
    const now = Date.now() + 1000 * DAY_MS;
    const forEver = Number.POSITIVE_INFINITY;
    assert.deepEqual(await inbox.purge({ now, ...all(forEver) }), NOTHING);
    const onlyFailed = { ...all(forEver), failedAfterMs: undefined };
    assert.deepEqual(await inbox.purge({ now, ...onlyFailed }), { bodies: 0, deliveries: 1 });
  });

  rule("purge deletes done deliveries after 90 days, and their keys", async ({ inbox }) => {
    await settleAs(inbox, delivery("1"), "done");
    await settleAs(inbox, delivery("2"), "done");
    const day = (days: number) => ({ now: Date.now() + days * DAY_MS });
    assert.deepEqual(await inbox.purge(day(89)), { bodies: 2, deliveries: 0 });
    assert.deepEqual(await inbox.purge(day(91)), { bodies: 0, deliveries: 2 });
    assert.deepEqual(await states(inbox), []);
    const again = delivery("1", { deliveryKey: "key of 1" });
    assert.equal((await inbox.accept(again)).outcome, "accepted");
    await settleAs(inbox, delivery("3"), "done");
    assert.equal((await inbox.purge({ ...day(1), doneAfterMs: DAY_MS / 2 })).deliveries, 1);
  });

  rule(
    "purge measures the age of a delivery quarantined on arrival from its arrival",
    async ({ inbox }) => {
      await inbox.accept(delivery("1", { state: "quarantined", reason: "ERR_EVENT_INVALID" }));
      assert.deepEqual(await inbox.purge({ now: Date.now() + 29 * DAY_MS }), NOTHING);
      assert.deepEqual(await inbox.purge({ now: Date.now() + 31 * DAY_MS }), {
        bodies: 0,
        deliveries: 1,
      });
    },
  );

  rule("purge keeps rows that can still be processed, whatever their age", async ({ inbox }) => {
    const receivedAt = Date.now() - 100 * DAY_MS;
    await settleAs(inbox, delivery("paused", { receivedAt }), "paused");
    await settleAs(inbox, delivery("replayed", { receivedAt }), "dead");
    await inbox.replay({ states: ["dead"] });
    await inbox.accept(delivery("claimed", { receivedAt }));
    await claimNow(inbox, "claimed");
    await inbox.accept(delivery("waiting", { receivedAt }));
    assert.deepEqual(await inbox.purge({ now: Date.now() + 100 * DAY_MS }), NOTHING);
    assert.deepEqual(await states(inbox), ["paused", "waiting", "claimed", "waiting"]);
  });

  rule(
    "purge does nothing with an aborted signal, and the next purge does everything",
    async ({ inbox }) => {
      for (const id of ["1", "2", "3"]) await settleAs(inbox, delivery(id), "done");
      const now = Date.now() + 31 * DAY_MS;
      assert.deepEqual(await inbox.purge({ now, signal: AbortSignal.abort() }), NOTHING);
      assert.equal((await inbox.purge({ now })).bodies, 3);
    },
  );
}

function all(ageMs: number) {
  return { bodiesAfterMs: ageMs, failedAfterMs: ageMs, doneAfterMs: ageMs };
}
