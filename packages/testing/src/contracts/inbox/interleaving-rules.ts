import assert from "node:assert/strict";
import type { Claim } from "@jobber-sync/core/ports";
import {
  claimNow,
  delivery,
  done,
  listenTo,
  objectOf,
  SHORT_LEASE_MS,
  sequencesOf,
  states,
  until,
} from "./deliveries.ts";
import type { Rule } from "./rule.ts";

const ALL_DONE = (all: readonly string[]) => all.every((state) => state === "done");

/** Rules of concurrent processes and of processes that die halfway. */
export function interleavingRules(rule: Rule): void {
  rule("two listeners process each row of an object once", async (opened) => {
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

  rule("the unsettled rows of a worker that died halfway are claimed again", async ({ inbox }) => {
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
  });

  rule(
    "the rows of two workers that died one after the other are claimed again",
    async ({ inbox }) => {
      const accepted: number[] = [];
      let held: readonly number[] = [];
      for (let worker = 0; worker < 2; worker += 1) {
        accepted.push((await inbox.accept(delivery("1"))).sequence);
        held = await until(async () => {
          const options = { leaseMs: SHORT_LEASE_MS / 2, now: Date.now() };
          const claim = await inbox.claim(objectOf("1"), options);
          return claim && sequencesOf(claim);
        });
      }
      assert.deepEqual(held, accepted);
      assert.deepEqual(sequencesOf(await until(() => claimNow(inbox, "1"))), accepted);
    },
  );

  rule("listen wakes for a row that arrived while another run held the object", async (opened) => {
    const { inbox, another } = opened;
    await inbox.accept(delivery("1"));
    const held = await claimNow(another?.inbox ?? inbox, "1");
    assert.ok(held);
    await listenTo(inbox, async () => {
      await inbox.accept(delivery("1"));
      // Long enough for the wake-up to be spent on a claim that finds the lane held.
      await new Promise((resolve) => setTimeout(resolve, 300));
      await (another?.inbox ?? inbox).settle(held, done(held));
      await until(async () => ALL_DONE(await states(inbox)));
    });
  });
}

function ascending(numbers: readonly number[]): readonly number[] {
  return [...numbers].sort((a, b) => a - b);
}
