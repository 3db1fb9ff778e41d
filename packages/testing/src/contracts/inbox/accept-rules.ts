import assert from "node:assert/strict";
import { checkSharedSequence } from "@jobber-sync/core/ports";
import { claimNow, delivery } from "./deliveries.ts";
import type { Rule } from "./rule.ts";

/** Rules of `accept`. */
export function acceptRules(rule: Rule): void {
  rule(
    "accept gives every delivery its own row and a sequence from the store",
    async ({ inbox, store }) => {
      const before = await store.nextSequence();
      const first = await inbox.accept(delivery("1", { deliveryKey: "same" }));
      const second = await inbox.accept(delivery("1", { deliveryKey: "same" }));
      const after = await store.nextSequence();
      assert.ok(
        before < first.sequence && first.sequence < second.sequence && second.sequence < after,
      );
      assert.equal((await inbox.list({})).length, 2);
    },
  );

  rule("nextSequence draws from the store's sequence", async ({ inbox, store }) => {
    await checkSharedSequence(inbox, store);
    const drawn = await inbox.nextSequence();
    assert.ok((await inbox.accept(delivery("1"))).sequence > drawn);
  });

  rule(
    "accept returns accepted, coalesced while a row waits for the object, and duplicate for a known key",
    async ({ inbox }) => {
      assert.equal((await inbox.accept(delivery("1", { deliveryKey: "a" }))).outcome, "accepted");
      assert.equal((await inbox.accept(delivery("1", { deliveryKey: "b" }))).outcome, "coalesced");
      assert.equal((await inbox.accept(delivery("1", { deliveryKey: "a" }))).outcome, "duplicate");
      assert.equal((await inbox.accept(delivery("2", { deliveryKey: "c" }))).outcome, "accepted");
    },
  );

  rule("accept compares keys within a tenant only", async ({ inbox }) => {
    await inbox.accept(delivery("1", { deliveryKey: "a" }));
    const other = await inbox.accept(delivery("1", { deliveryKey: "a", tenant: "other" }));
    assert.equal(other.outcome, "accepted");
  });

  rule("accept does not coalesce with rows that are claimed", async ({ inbox }) => {
    await inbox.accept(delivery("1"));
    await claimNow(inbox, "1");
    assert.equal((await inbox.accept(delivery("1"))).outcome, "accepted");
  });

  rule("accept stores the bytes unchanged", async ({ inbox }) => {
    const body = Uint8Array.from({ length: 256 }, (_, index) => index);
    const { sequence } = await inbox.accept(delivery("1", { body }));
    assert.deepEqual(new Uint8Array((await inbox.body(sequence)) ?? []), body);
    const claim = await claimNow(inbox, "1");
    assert.deepEqual(new Uint8Array(claim?.deliveries[0]?.body ?? []), body);
  });

  rule("accept stores concurrent deliveries, each under its own sequence", async ({ inbox }) => {
    const accepted = await Promise.all(
      Array.from({ length: 600 }, (_, index) => inbox.accept(delivery(String(index % 7)))),
    );
    assert.equal(new Set(accepted.map(({ sequence }) => sequence)).size, 600);
    assert.equal((await inbox.list({ limit: 1000 })).length, 600);
  });

  rule("a quarantined delivery is never claimed", async ({ inbox }) => {
    await inbox.accept(
      delivery("1", { state: "quarantined", reason: "ERR_EVENT_INVALID", topic: null }),
    );
    assert.equal(await claimNow(inbox, "1"), null);
    assert.deepEqual(await inbox.due({ now: Date.now(), limit: 10 }), []);
    const [info] = await inbox.list({ states: ["quarantined"] });
    assert.equal(info?.reason, "ERR_EVENT_INVALID");
  });
}
