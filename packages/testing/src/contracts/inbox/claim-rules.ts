import assert from "node:assert/strict";
import {
  claimNow,
  delivery,
  done,
  LEASE_MS,
  objectOf,
  SHORT_LEASE_MS,
  sequencesOf,
  states,
  until,
} from "./deliveries.ts";
import type { Rule } from "./rule.ts";

/** Rules of `claim`, `extend` and the lease. */
export function claimRules(rule: Rule): void {
  rule(
    "claim takes every waiting row of the object in the order of sequence, and no other object's",
    async ({ inbox }) => {
      const sequences: number[] = [];
      for (const id of ["1", "2", "1", "1"]) {
        const { sequence } = await inbox.accept(delivery(id));
        if (id === "1") sequences.push(sequence);
      }
      const claim = await claimNow(inbox, "1");
      assert.deepEqual(
        claim?.deliveries.map(({ sequence }) => sequence),
        sequences,
      );
      assert.deepEqual(claim?.object, objectOf("1"));
    },
  );

  rule("claim takes at most `limit` rows, the oldest first", async ({ inbox }) => {
    const sequences: number[] = [];
    for (const id of ["1", "2", "1", "1", "1"]) {
      const { sequence } = await inbox.accept(delivery(id));
      if (id === "1") sequences.push(sequence);
    }
    const batch = async (leaseMs: number) => {
      const claim = await inbox.claim(objectOf("1"), { leaseMs, now: Date.now(), limit: 2 });
      return claim === null ? null : { claim, sequences: sequencesOf(claim) };
    };
    const first = await batch(LEASE_MS);
    assert.deepEqual(first?.sequences, sequences.slice(0, 2));
    await inbox.settle(first.claim, done(first.claim));
    assert.deepEqual((await batch(50))?.sequences, sequences.slice(2));
    // Object 2, and object 1 once its lease has expired.
    await until(async () => (await inbox.due({ now: Date.now(), limit: 10 })).length === 2);
    const { sequence: newest } = await inbox.accept(delivery("1"));
    const third = await batch(LEASE_MS);
    assert.deepEqual(third?.sequences, sequences.slice(2));
    await inbox.settle(third.claim, done(third.claim));
    const last = await batch(LEASE_MS);
    assert.deepEqual(last?.sequences, [newest]);
    await inbox.settle(last.claim, done(last.claim));
    assert.equal(await batch(LEASE_MS), null);
  });

  rule("a claim carries its own time and each row's time of arrival", async ({ inbox }) => {
    const receivedAt = Date.now() - 1000;
    await inbox.accept(delivery("1", { receivedAt }));
    const claim = await claimNow(inbox, "1");
    assert.ok(claim);
    // The inbox may use another clock of the same machine.
    assert.ok(Math.abs(claim.claimedAt - Date.now()) < 5000);
    const [row] = claim.deliveries;
    assert.deepEqual(
      [row?.receivedAt, row?.startedAt, row?.pausedMs, row?.reason],
      [receivedAt, receivedAt, 0, null],
    );
  });

  rule("claim separates objects of different tenants and types", async ({ inbox }) => {
    await inbox.accept(delivery("1", { tenant: "other" }));
    await inbox.accept(delivery("1", { objectType: "client" }));
    assert.equal(await claimNow(inbox, "1"), null);
  });

  rule("concurrent claims never share a row", async (opened) => {
    const { inbox, another } = opened;
    for (let index = 0; index < 20; index += 1) await inbox.accept(delivery("1"));
    const claims = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        claimNow(index % 2 === 0 ? inbox : (another?.inbox ?? inbox), "1"),
      ),
    );
    const taken = claims.flatMap(
      (claim) => claim?.deliveries.map(({ sequence }) => sequence) ?? [],
    );
    assert.equal(taken.length, 20);
    assert.equal(new Set(taken).size, 20);
  });

  rule("a row that arrives during a run belongs to the next claim", async ({ inbox }) => {
    await inbox.accept(delivery("1"));
    const first = await claimNow(inbox, "1");
    assert.ok(first);
    const { sequence } = await inbox.accept(delivery("1"));
    await inbox.settle(first, done(first));
    assert.deepEqual(sequencesOf(await until(() => claimNow(inbox, "1"))), [sequence]);
  });

  rule("a claim expires after its lease, and not before", async ({ inbox }) => {
    await inbox.accept(delivery("1"));
    const first = await inbox.claim(objectOf("1"), { leaseMs: SHORT_LEASE_MS, now: Date.now() });
    assert.ok(first);
    assert.equal(await claimNow(inbox, "1"), null);
    const second = await until(() => claimNow(inbox, "1"));
    assert.notEqual(second.id, first.id);
    assert.equal(await inbox.extend(first, { leaseMs: LEASE_MS, now: Date.now() }), false);
  });

  rule("an extended claim does not expire", async ({ inbox }) => {
    await inbox.accept(delivery("1"));
    const claim = await inbox.claim(objectOf("1"), { leaseMs: SHORT_LEASE_MS, now: Date.now() });
    assert.ok(claim);
    const end = Date.now() + 1.5 * SHORT_LEASE_MS;
    while (Date.now() < end) {
      assert.equal(await inbox.extend(claim, { leaseMs: SHORT_LEASE_MS, now: Date.now() }), true);
      assert.equal(await claimNow(inbox, "1"), null);
    }
  });

  rule("settle ignores rows that another claim took over", async ({ inbox }) => {
    await inbox.accept(delivery("1"));
    const first = await inbox.claim(objectOf("1"), { leaseMs: 50, now: Date.now() });
    assert.ok(first);
    const second = await until(() => claimNow(inbox, "1"));
    await inbox.settle(first, done(first));
    assert.deepEqual(await states(inbox), ["claimed"]);
    await inbox.settle(second, done(second));
    assert.deepEqual(await states(inbox), ["done"]);
  });

  rule("an expired claim that was not taken over can still settle", async ({ inbox }) => {
    for (const id of ["1", "2"]) await inbox.accept(delivery(id));
    const settled = await inbox.claim(objectOf("1"), { leaseMs: 30, now: Date.now() });
    const extended = await inbox.claim(objectOf("2"), { leaseMs: 30, now: Date.now() });
    assert.ok(settled && extended);
    await until(async () => (await inbox.due({ now: Date.now(), limit: 10 })).length === 2);
    await inbox.settle(settled, done(settled));
    assert.equal(await inbox.extend(extended, { leaseMs: LEASE_MS, now: Date.now() }), true);
    assert.deepEqual(await states(inbox), ["done", "claimed"]);
    assert.equal(await claimNow(inbox, "2"), null);
  });
}
