import assert from "node:assert/strict";
import type { Claim } from "@jobber-sync/core/ports";
import {
  claimNow,
  delivery,
  done,
  LEASE_MS,
  listenTo,
  objectOf,
  SHORT_LEASE_MS,
  states,
  until,
} from "./deliveries.ts";
import type { Rule } from "./rule.ts";

const ALL_DONE = (all: readonly string[]) => all.every((state) => state === "done");

/** Rules of what happens when several do something at once, or somebody dies in the middle of it. */
export function interleavingRules(rule: Rule): void {
  rule("lets two listeners run one object, each row once", async (opened) => {
    const { inbox, another } = opened;
    const taken: number[] = [];
    const during = async (claim: Claim) => void taken.push(...sequencesOf(claim));
    const accepted: number[] = [];
    const work = async () => {
      for (let index = 0; index < 60; index += 1)
        accepted.push((await inbox.accept(delivery(String(index % 2)))).sequence);
      await until(async () => ALL_DONE(await states(inbox)));
    };
    await listenTo(inbox, () => listenTo(another?.inbox ?? inbox, work, during), during);
    assert.deepEqual(ascending(taken), ascending(accepted));
  });

  rule(
    "offers again what a worker held that died when half of it was settled, and only that",
    async ({ inbox }) => {
      for (let index = 0; index < 4; index += 1) await inbox.accept(delivery("1"));
      const claim = await inbox.claim(objectOf("1"), { leaseMs: 300, now: Date.now() });
      assert.ok(claim);
      await inbox.settle(claim, done(claim).slice(0, 2));
      const taken: number[] = [];
      await listenTo(
        inbox,
        () => until(async () => ALL_DONE(await states(inbox)), 20_000),
        async (again) => void taken.push(...sequencesOf(again)),
      );
      assert.deepEqual(taken, sequencesOf(claim).slice(2));
    },
  );

  rule("gives away again what two dead workers held of one object", async ({ inbox }) => {
    const held: number[] = [];
    for (let worker = 0; worker < 2; worker += 1) {
      await inbox.accept(delivery("1"));
      const claim = await inbox.claim(objectOf("1"), { leaseMs: SHORT_LEASE_MS, now: Date.now() });
      held.push(...sequencesOf(claim));
    }
    assert.equal(held.length, 2);
    const taken: number[] = [];
    await until(async () => {
      taken.push(...sequencesOf(await claimNow(inbox, "1")));
      return taken.length >= 2;
    });
    assert.deepEqual(taken, held);
  });

  rule("wakes for what comes while another's claim of the object holds", async ({ inbox }) => {
    await inbox.accept(delivery("1"));
    await inbox.claim(objectOf("1"), { leaseMs: LEASE_MS, now: Date.now() });
    await listenTo(inbox, async () => {
      await inbox.accept(delivery("1"));
      await until(async () => (await states(inbox))[1] === "done");
    });
    assert.deepEqual(await states(inbox), ["claimed", "done"]);
  });
}

function sequencesOf(claim: Claim | null): readonly number[] {
  return claim?.deliveries.map(({ sequence }) => sequence) ?? [];
}

function ascending(numbers: readonly number[]): readonly number[] {
  return [...numbers].sort((a, b) => a - b);
}
