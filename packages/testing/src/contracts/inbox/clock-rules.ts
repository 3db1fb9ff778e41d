import assert from "node:assert/strict";
import type { Inbox } from "@jobber-sync/core/ports";
import { delivery, LEASE_MS, objectOf, sequencesOf, waiting } from "./deliveries.ts";
import type { OpenInbox } from "./rule.ts";

const RIGHT = Date.parse("2026-01-25T10:00:00Z");
const MINUTE_MS = 60_000;
const FAST = RIGHT + 120 * MINUTE_MS;

/** A clock that a rule sets. */
interface SettableClock {
  now: number;
}

/** Defines a test over a fresh inbox that uses the clock. */
export type ClockRule = (
  name: string,
  body: (opened: OpenInbox, clock: SettableClock) => Promise<void>,
) => void;

/** Rules for clocks that run fast and are corrected. */
export function clockRules(rule: ClockRule): void {
  rule(
    "a row accepted by a fast clock is due once the clock is right",
    async ({ inbox }, clock) => {
      clock.now = FAST;
      const { sequence } = await inbox.accept(delivery("1", { receivedAt: FAST }));
      clock.now = RIGHT;
      assert.deepEqual(await inbox.due({ now: RIGHT, limit: 10 }), [objectOf("1")]);
      assert.deepEqual(sequencesOf(await claimAt(inbox, RIGHT)), [sequence]);
    },
  );

  rule(
    "a row released by a fast clock is due once the clock is right",
    async ({ inbox }, clock) => {
      clock.now = FAST;
      const { sequence } = await inbox.accept(delivery("1", { receivedAt: FAST }));
      const claim = await claimAt(inbox, FAST);
      assert.ok(claim);
      await inbox.settle(claim, [{ ...waiting(claim), dueAt: FAST + 30 * MINUTE_MS }]);
      assert.equal(await claimAt(inbox, FAST + 29 * MINUTE_MS), null);
      clock.now = RIGHT;
      assert.deepEqual(await inbox.due({ now: RIGHT, limit: 10 }), [objectOf("1")]);
      assert.deepEqual(sequencesOf(await claimAt(inbox, RIGHT)), [sequence]);
    },
  );

  rule("a released row keeps its delay while the clock is right", async ({ inbox }, clock) => {
    clock.now = RIGHT;
    await inbox.accept(delivery("1", { receivedAt: RIGHT }));
    const claim = await claimAt(inbox, RIGHT);
    assert.ok(claim);
    await inbox.settle(claim, [{ ...waiting(claim), dueAt: RIGHT + 30 * MINUTE_MS }]);
    for (const now of [RIGHT - 5000, RIGHT, RIGHT + 29 * MINUTE_MS]) {
      clock.now = now;
      assert.equal(await claimAt(inbox, now), null);
      assert.deepEqual(await inbox.due({ now, limit: 10 }), []);
    }
    assert.ok(await claimAt(inbox, RIGHT + 30 * MINUTE_MS));
  });

  rule("a claim by a fast clock expires once the clock is right", async ({ inbox }, clock) => {
    clock.now = FAST;
    const { sequence } = await inbox.accept(delivery("1", { receivedAt: RIGHT }));
    const lost = await claimAt(inbox, FAST);
    assert.ok(lost);
    clock.now = RIGHT;
    assert.deepEqual(await inbox.due({ now: RIGHT, limit: 10 }), [objectOf("1")]);
    assert.deepEqual(sequencesOf(await claimAt(inbox, RIGHT)), [sequence]);
    assert.equal(await inbox.extend(lost, { leaseMs: LEASE_MS, now: RIGHT }), false);
  });

  rule("a claim survives a clock that is set back by seconds", async ({ inbox }, clock) => {
    clock.now = RIGHT;
    await inbox.accept(delivery("1", { receivedAt: RIGHT }));
    const held = await claimAt(inbox, RIGHT);
    assert.ok(held);
    clock.now = RIGHT - 5000;
    assert.equal(await claimAt(inbox, clock.now), null);
    assert.equal(await inbox.extend(held, { leaseMs: LEASE_MS, now: clock.now }), true);
  });
}

function claimAt(inbox: Inbox, now: number) {
  return inbox.claim(objectOf("1"), { leaseMs: LEASE_MS, now });
}
