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
  waiting,
} from "./deliveries.ts";
import type { Rule } from "./rule.ts";

/** Rules of lanes: one run per object at a time. */
export function laneRules(rule: Rule): void {
  rule("claim returns null while another claim holds the lane", async (opened) => {
    const { inbox, another } = opened;
    await inbox.accept(delivery("1"));
    const held = await claimNow(inbox, "1");
    assert.ok(held);
    const { sequence } = await inbox.accept(delivery("1"));
    assert.equal(await claimNow(another?.inbox ?? inbox, "1"), null);
    await inbox.settle(held, done(held));
    const next = await until(() => claimNow(another?.inbox ?? inbox, "1"));
    assert.deepEqual(sequencesOf(next), [sequence]);
  });

  rule("each object has its own lane", async ({ inbox }) => {
    await inbox.accept(delivery("1"));
    await inbox.accept(delivery("2"));
    await inbox.accept(delivery("1", { tenant: "other" }));
    await inbox.accept(delivery("1", { objectType: "client" }));
    assert.ok(await claimNow(inbox, "1"));
    assert.ok(await claimNow(inbox, "2"));
    const options = { leaseMs: LEASE_MS, now: Date.now() };
    assert.ok(await inbox.claim({ ...objectOf("1"), tenant: "other" }, options));
    assert.ok(await inbox.claim({ ...objectOf("1"), objectType: "client" }, options));
  });

  rule("accept stores deliveries of an object whose lane is held", async ({ inbox }) => {
    await inbox.accept(delivery("1"));
    const held = await claimNow(inbox, "1");
    assert.equal((await inbox.accept(delivery("1"))).outcome, "accepted");
    assert.equal((await inbox.accept(delivery("1"))).outcome, "coalesced");
    assert.equal(held && (await inbox.extend(held, { leaseMs: LEASE_MS, now: Date.now() })), true);
  });

  rule("due leaves out an object whose lane is held", async ({ inbox }) => {
    await inbox.accept(delivery("1"));
    const held = await inbox.claim(objectOf("1"), { leaseMs: SHORT_LEASE_MS, now: Date.now() });
    assert.ok(held);
    await inbox.accept(delivery("1"));
    const due = () => inbox.due({ now: Date.now(), limit: 10 });
    assert.deepEqual(await due(), []);
    await until(async () => (await due()).length === 1);
    await inbox.extend(held, { leaseMs: LEASE_MS, now: Date.now() });
    assert.deepEqual(await due(), []);
    await inbox.settle(held, done(held));
    assert.deepEqual(await until(async () => ((await due()).length > 0 ? due() : null)), [
      objectOf("1"),
    ]);
  });

  rule("releasing rows for later frees the lane", async ({ inbox }) => {
    await inbox.accept(delivery("1"));
    const first = await claimNow(inbox, "1");
    assert.ok(first);
    await inbox.settle(first, [{ ...waiting(first), retries: 1, dueAt: Date.now() + LEASE_MS }]);
    const { sequence } = await inbox.accept(delivery("1"));
    assert.deepEqual(sequencesOf(await until(() => claimNow(inbox, "1"))), [sequence]);
  });

  rule("claim takes over an expired lane with its rows and those due since", async ({ inbox }) => {
    const sequences: number[] = [];
    for (let index = 0; index < 3; index += 1)
      sequences.push((await inbox.accept(delivery("1"))).sequence);
    const options = { leaseMs: 50, now: Date.now(), limit: 2 };
    assert.ok(await inbox.claim(objectOf("1"), options));
    sequences.push((await inbox.accept(delivery("1"))).sequence);
    assert.deepEqual(sequencesOf(await until(() => claimNow(inbox, "1"))), sequences);
  });

  rule("a takeover leaves rows beyond its limit to the next claim", async ({ inbox }) => {
    const sequences: number[] = [];
    for (let index = 0; index < 3; index += 1)
      sequences.push((await inbox.accept(delivery("1"))).sequence);
    const lost = await inbox.claim(objectOf("1"), { leaseMs: 50, now: Date.now() });
    assert.ok(lost);
    const second = await until(() =>
      inbox.claim(objectOf("1"), { leaseMs: LEASE_MS, now: Date.now(), limit: 1 }),
    );
    assert.deepEqual(sequencesOf(second), sequences.slice(0, 1));
    await inbox.settle(lost, done(lost));
    await inbox.settle(second, done(second));
    const third = await until(() => claimNow(inbox, "1"));
    assert.deepEqual(sequencesOf(third), sequences.slice(1));
  });

  rule("extend fails once the lane was taken over or freed", async ({ inbox }) => {
    const extend = (claim: Parameters<typeof inbox.extend>[0]) =>
      inbox.extend(claim, { leaseMs: LEASE_MS, now: Date.now() });
    await inbox.accept(delivery("1"));
    const lost = await inbox.claim(objectOf("1"), { leaseMs: 50, now: Date.now() });
    assert.ok(lost);
    const second = await until(() => claimNow(inbox, "1"));
    assert.equal(await extend(lost), false);
    assert.equal(await extend(second), true);
    await inbox.settle(second, done(second));
    assert.equal(await extend(lost), false);
    assert.equal(await extend(second), false);
  });

  rule("settle ignores a claim whose lane was taken over and freed", async ({ inbox }) => {
    await inbox.accept(delivery("1"));
    const lost = await inbox.claim(objectOf("1"), { leaseMs: 50, now: Date.now() });
    assert.ok(lost);
    const second = await until(() => claimNow(inbox, "1"));
    await inbox.settle(second, [waiting(second)]);
    await inbox.settle(lost, done(lost));
    assert.deepEqual(await states(inbox), ["waiting"]);
    const third = await until(() => claimNow(inbox, "1"));
    await inbox.settle(lost, done(lost));
    await inbox.settle(second, done(second));
    assert.deepEqual(await states(inbox), ["claimed"]);
    await inbox.settle(third, done(third));
    assert.deepEqual(await states(inbox), ["done"]);
  });

  rule("a claim holds its lane until its last row is settled", async ({ inbox }) => {
    for (let index = 0; index < 2; index += 1) await inbox.accept(delivery("1"));
    const held = await claimNow(inbox, "1");
    assert.ok(held);
    const [first, second] = done(held);
    assert.ok(first && second);
    await inbox.settle(held, [first]);
    await inbox.accept(delivery("1"));
    assert.equal(await claimNow(inbox, "1"), null);
    assert.equal(await inbox.extend(held, { leaseMs: LEASE_MS, now: Date.now() }), true);
    await inbox.settle(held, [second]);
    assert.ok(await until(() => claimNow(inbox, "1")));
  });
}
