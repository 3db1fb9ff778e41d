import assert from "node:assert/strict";
import { incomingDelivery } from "../../deliveries/incoming-delivery.ts";
import {
  CHECK,
  CLIENT,
  CLIENT_ID,
  CREATES,
  create,
  DONE,
  edit,
  LEASE_MS,
  read,
  sequencesOf,
  settleAll,
  take,
  taken,
} from "./intents.ts";
import type { OutboxRule } from "./outbox-rule.ts";

/** Rules of lanes and of the order of intents. */
export function intentClaimRules(rule: OutboxRule): void {
  rule("a claim takes the intents of the object in order", async ({ outbox }, clock) => {
    const first = await outbox.put(edit(clock));
    const second = await outbox.put(edit(clock));
    await outbox.put(edit(clock, { objectId: "b3RoZXI" }));
    const claim = await taken(outbox, clock);
    assert.deepEqual(sequencesOf(claim), [first.sequence, second.sequence]);
    assert.ok(claim.intents.every(({ state }) => state === "claimed"));
    assert.equal(claim.last, null);
  });

  rule("one claim at a time holds the lane of an object", async ({ outbox }, clock) => {
    await outbox.put(edit(clock));
    const claim = await taken(outbox, clock);
    await outbox.put(edit(clock));
    assert.equal(await take(outbox, clock), null);
    assert.deepEqual(await outbox.due({ now: clock.now, limit: 9 }), []);
    assert.equal(await settleAll(outbox, claim, DONE), true);
    assert.equal((await taken(outbox, clock)).intents.length, 1);
  });

  rule("the lane is the one of the inbox", async ({ outbox, inbox }, clock) => {
    const delivery = incomingDelivery(CLIENT_ID, { objectType: "client", receivedAt: clock.now });
    await inbox.accept(delivery);
    await outbox.put(edit(clock));
    const options = { leaseMs: LEASE_MS, now: clock.now };
    const run = await inbox.claim(CLIENT, options);
    assert.ok(run);
    assert.equal(await take(outbox, clock), null);
    assert.deepEqual(await outbox.due({ now: clock.now, limit: 9 }), []);
    const done = run.deliveries.map(({ sequence }) => ({ sequence, state: "done" }) as const);
    await inbox.settle(run, done);
    const claim = await taken(outbox, clock);
    await inbox.accept({ ...delivery, deliveryKey: "another key of the same client" });
    assert.equal(await inbox.claim(CLIENT, options), null);
    assert.deepEqual(await inbox.due({ now: clock.now, limit: 9 }), []);
    await settleAll(outbox, claim, DONE);
    assert.ok(await inbox.claim(CLIENT, options));
  });

  rule("deliveries left over from a dead run survive a claim", async ({ outbox, inbox }, clock) => {
    const delivery = incomingDelivery(CLIENT_ID, { objectType: "client", receivedAt: clock.now });
    await inbox.accept(delivery);
    await outbox.put(edit(clock));
    assert.ok(await inbox.claim(CLIENT, { leaseMs: LEASE_MS, now: clock.now }));
    clock.now += LEASE_MS + 1;
    await settleAll(outbox, await taken(outbox, clock), DONE);
    assert.deepEqual(await inbox.due({ now: clock.now, limit: 9 }), [CLIENT]);
    const again = await inbox.claim(CLIENT, { leaseMs: LEASE_MS, now: clock.now });
    assert.equal(again?.deliveries.length, 1);
  });

  rule("an expired claim is taken over with its intents and what they sent", async (o, clock) => {
    const { outbox } = o;
    await outbox.put(edit(clock));
    await outbox.put(edit(clock));
    const dead = await taken(outbox, clock);
    const [first = 0, second = 0] = sequencesOf(dead);
    assert.equal(await outbox.markSent(dead, first, { now: clock.now }), true);
    clock.now += LEASE_MS + 1;
    assert.deepEqual(await outbox.due({ now: clock.now, limit: 9 }), [CLIENT]);
    const next = await taken(outbox, clock);
    assert.deepEqual(
      next.intents.map(({ sequence, sentAt }) => [sequence, sentAt]),
      [
        [first, clock.now - LEASE_MS - 1],
        [second, null],
      ],
    );
    assert.equal(await outbox.markSent(dead, second, { now: clock.now }), false);
    assert.equal(await outbox.extend(dead, { leaseMs: LEASE_MS, now: clock.now }), false);
    assert.equal(await settleAll(outbox, dead, CHECK), false);
    assert.equal((await read(outbox, first)).state, "claimed");
    assert.equal(await settleAll(outbox, next, DONE), true);
  });

  rule("extend prolongs the lease", async ({ outbox }, clock) => {
    await outbox.put(edit(clock));
    const claim = await taken(outbox, clock);
    clock.now += LEASE_MS - 1;
    assert.equal(await outbox.extend(claim, { leaseMs: LEASE_MS, now: clock.now }), true);
    clock.now += LEASE_MS - 1;
    assert.equal(await take(outbox, clock), null);
    const [sequence = 0] = sequencesOf(claim);
    assert.equal(await outbox.markSent(claim, sequence, { now: clock.now }), true);
    clock.now += 1;
    assert.equal(await outbox.markSent(claim, sequence, { now: clock.now }), false);
  });

  rule("an edit never overtakes an earlier one of its object", async ({ outbox }, clock) => {
    const first = await outbox.put(edit(clock));
    const claim = await taken(outbox, clock);
    const dueAt = clock.now + 30_000;
    await settleAll(outbox, claim, { state: "uncertain", dueAt, looks: 0, reason: "lost" });
    const second = await outbox.put(edit(clock));
    assert.equal(await take(outbox, clock), null);
    assert.deepEqual(await outbox.due({ now: clock.now, limit: 9 }), []);
    clock.now = dueAt;
    const next = await taken(outbox, clock);
    assert.deepEqual(sequencesOf(next), [first.sequence, second.sequence]);
  });

  rule("creates of a type share a lane, where only equal matches wait", async (o, clock) => {
    const { outbox } = o;
    const lead = await outbox.put(create(clock, "lead-1", { matches: ["mail-a", "phone-a"] }));
    const twin = await outbox.put(create(clock, "lead-2", { matches: ["mail-b", "phone-a"] }));
    const other = await outbox.put(create(clock, "lead-3", { matches: ["mail-c"] }));
    const claim = await taken(outbox, clock, CREATES);
    assert.deepEqual(sequencesOf(claim), [lead.sequence, other.sequence]);
    const dueAt = clock.now + 60_000;
    await settleAll(outbox, claim, { state: "uncertain", dueAt, looks: 0, reason: "lost" });
    assert.equal(await take(outbox, clock, CREATES), null);
    assert.deepEqual(await outbox.due({ now: clock.now, limit: 9 }), []);
    const fourth = await outbox.put(create(clock, "lead-4", { matches: ["mail-d"] }));
    const free = await taken(outbox, clock, CREATES);
    assert.deepEqual(sequencesOf(free), [fourth.sequence]);
    await settleAll(outbox, free, { ...DONE, objectId: "NA" });
    clock.now = dueAt;
    const looked = await taken(outbox, clock, CREATES);
    assert.deepEqual(sequencesOf(looked), [lead.sequence, other.sequence]);
    await settleAll(outbox, looked, CHECK);
    assert.deepEqual(sequencesOf(await taken(outbox, clock, CREATES)), [twin.sequence]);
  });

  rule("two creates of one ref never share a claim", async ({ outbox }, clock) => {
    const first = await outbox.put(create(clock, "lead"));
    await outbox.put(create(clock, "lead"));
    assert.deepEqual(sequencesOf(await taken(outbox, clock, CREATES)), [first.sequence]);
  });

  rule(
    "a claim takes no more than its limit, and the rest stays due",
    async ({ outbox }, clock) => {
      for (let n = 0; n < 3; n += 1) await outbox.put(create(clock, `lead-${n}`));
      const options = { leaseMs: LEASE_MS, now: clock.now, limit: 2 };
      const claim = await outbox.claim(CREATES, options);
      assert.equal(claim?.intents.length, 2);
      assert.ok(claim);
      await settleAll(outbox, claim, CHECK);
      assert.equal((await taken(outbox, clock, CREATES)).intents.length, 1);
    },
  );

  rule("due leaves out objects and tenants, and what is due later", async ({ outbox }, clock) => {
    await outbox.put(edit(clock));
    await outbox.put(edit(clock, { tenant: "other" }));
    const due = (options: object) => outbox.due({ now: clock.now, limit: 9, ...options });
    assert.equal((await due({})).length, 2);
    assert.equal((await due({ limit: 1 })).length, 1);
    assert.deepEqual(await due({ excludeTenants: ["other"] }), [CLIENT]);
    assert.deepEqual(await due({ exclude: [CLIENT] }), [{ ...CLIENT, tenant: "other" }]);
    const claim = await taken(outbox, clock);
    const later = { state: "waiting", dueAt: clock.now + 60_000, attempts: 1, reason: "ERR_STORE" };
    await settleAll(outbox, claim, later);
    assert.deepEqual(await due({ excludeTenants: ["other"] }), []);
    // A clock that ran ahead and was corrected delays nothing.
    clock.now -= 3_600_000;
    assert.deepEqual(await due({ excludeTenants: ["other"] }), [CLIENT]);
  });
}
