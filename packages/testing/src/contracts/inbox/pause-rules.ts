import assert from "node:assert/strict";
import type { Claim, Inbox } from "@jobber-sync/core/ports";
import { claimNow, delivery, listenTo, settleAs, states, until } from "./deliveries.ts";
import type { Rule } from "./rule.ts";

/** Rules of deliveries whose tenant must connect again. */
export function pauseRules(rule: Rule): void {
  rule(
    "resume releases the paused deliveries of one tenant and records the pause",
    async ({ inbox }) => {
      await settleAs(inbox, delivery("1"), "paused");
      await settleAs(inbox, delivery("1", { tenant: "other" }), "paused");
      await new Promise((resolve) => setTimeout(resolve, 120));
      assert.equal(await inbox.resume("acme"), 1);
      assert.deepEqual(await states(inbox), ["waiting", "paused"]);
      const claim = await claimNow(inbox, "1");
      assert.ok((claim?.deliveries[0]?.pausedMs ?? 0) >= 100, "the pause is recorded");
    },
  );

  rule("resume wakes the objects it resumes", async ({ inbox }) => {
    await settleAs(inbox, delivery("1"), "paused");
    await listenTo(inbox, async () => {
      await inbox.resume("acme");
      await until(async () => (await states(inbox))[0] === "done");
    });
  });

  rule("resume covers claimed rows that are settled as paused afterwards", async (opened) => {
    const { inbox, another } = opened;
    await inbox.accept(delivery("1"));
    const claim = await claimNow(inbox, "1");
    assert.ok(claim);
    await (another?.inbox ?? inbox).resume("acme");
    await pause(inbox, claim);
    assert.deepEqual(await states(inbox), ["waiting"]);
    await listenTo(inbox, () => until(async () => (await states(inbox))[0] === "done"));
  });

  rule(
    "a resume of another tenant, or before the claim, does not release a paused row",
    async ({ inbox }) => {
      await inbox.resume("acme");
      // Longer than any difference between two clocks of one machine.
      await new Promise((resolve) => setTimeout(resolve, 50));
      await inbox.accept(delivery("1"));
      const claim = await claimNow(inbox, "1");
      assert.ok(claim);
      await inbox.resume("other");
      await pause(inbox, claim);
      assert.deepEqual(await states(inbox), ["paused"]);
      assert.equal(await inbox.resume("acme"), 1);
    },
  );

  rule("a paused delivery is never claimed", async ({ inbox }) => {
    await settleAs(inbox, delivery("1"), "paused");
    assert.equal(await claimNow(inbox, "1"), null);
    assert.deepEqual(await inbox.due({ now: Date.now(), limit: 10 }), []);
  });
}

function pause(inbox: Inbox, claim: Claim): Promise<void> {
  return inbox.settle(
    claim,
    claim.deliveries.map(({ sequence }) => ({
      sequence,
      state: "paused",
      attempts: 0,
      reason: "ERR_API_NEEDS_REAUTH",
    })),
  );
}
