import assert from "node:assert/strict";
import type { ClockRule } from "./clock-rules.ts";
import { delivery, LEASE_MS, objectOf, sequencesOf, waiting } from "./deliveries.ts";
import type { OpenInbox } from "./rule.ts";

const START = Date.parse("2026-01-25T10:00:00Z");
const DELAY_MS = 1000;

/** Rules of deliveries with a delay. */
export function debounceRules(rule: ClockRule): void {
  rule("a delivery with a delay is due once the delay is over", async ({ inbox }, clock) => {
    clock.now = START;
    const { sequence } = await inbox.accept(debounced("1"));
    const last = START + DELAY_MS - 1;
    assert.deepEqual(await inbox.due({ now: last, limit: 10 }), []);
    assert.equal(await claimAt(inbox, last), null);
    const now = START + DELAY_MS;
    assert.deepEqual(await inbox.due({ now, limit: 10 }), [objectOf("1")]);
    assert.deepEqual(sequencesOf(await claimAt(inbox, now)), [sequence]);
  });

  rule("a claim takes debounced rows along, and no row that failed", async ({ inbox }, clock) => {
    clock.now = START;
    const { sequence: failed } = await inbox.accept(debounced("1"));
    clock.now = START + DELAY_MS;
    const claim = await claimAt(inbox, clock.now);
    assert.ok(claim);
    await inbox.settle(claim, [
      { ...waiting(claim), dueAt: clock.now + 4000, retries: 1, reason: "ERR_API_UNAVAILABLE" },
    ]);
    const early = await inbox.accept(debounced("1", clock.now - 500));
    const late = await inbox.accept(debounced("1", clock.now));
    clock.now += 500;
    const taken = sequencesOf(await claimAt(inbox, clock.now));
    assert.deepEqual(taken, [early.sequence, late.sequence]);
    assert.ok(failed < early.sequence);
  });

  rule(
    "claim and due count debounced rows as due on request, and no row that failed",
    async ({ inbox }, clock) => {
      clock.now = START;
      const rows = [await inbox.accept(debounced("1")), await inbox.accept(debounced("1"))];
      await inbox.accept(debounced("2"));
      const options = { now: START, debounced: true };
      const failed = await inbox.claim(objectOf("2"), { leaseMs: LEASE_MS, ...options });
      assert.ok(failed);
      await inbox.settle(failed, [
        { ...waiting(failed), dueAt: START + 2000, attempts: 1, reason: "ERR_HANDLER" },
      ]);
      assert.deepEqual(await inbox.due({ limit: 10, ...options }), [objectOf("1")]);
      assert.equal(await inbox.claim(objectOf("2"), { leaseMs: LEASE_MS, ...options }), null);
      const claim = await inbox.claim(objectOf("1"), { leaseMs: LEASE_MS, ...options });
      assert.deepEqual(
        sequencesOf(claim),
        rows.map(({ sequence }) => sequence),
      );
    },
  );

  rule(
    "a delayed row accepted by a fast clock is due once the clock is right",
    async ({ inbox }, clock) => {
      clock.now = START + 60 * 60_000;
      const { sequence } = await inbox.accept(debounced("1", clock.now));
      clock.now = START;
      assert.deepEqual(await inbox.due({ now: START, limit: 10 }), [objectOf("1")]);
      assert.deepEqual(sequencesOf(await claimAt(inbox, START)), [sequence]);
    },
  );
}

function debounced(objectId: string, receivedAt = START) {
  return delivery(objectId, { receivedAt, delayMs: DELAY_MS });
}

function claimAt(inbox: OpenInbox["inbox"], now: number) {
  return inbox.claim(objectOf("1"), { leaseMs: LEASE_MS, now });
}
