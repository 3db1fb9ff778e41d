import { createMemoryInbox, createMemoryStore } from "@jobber-sync/core";
import type { Inbox } from "@jobber-sync/core/ports";
import { checkLaneInterleavings, inboxContract } from "@jobber-sync/testing/contracts";
import { beforeAll, describe, expect, it } from "vitest";
import { ACCEPT_MUTANTS } from "../../support/inbox-mutants/accept-mutants.ts";
import { CLAIM_MUTANTS } from "../../support/inbox-mutants/claim-mutants.ts";
import { LANE_MUTANTS } from "../../support/inbox-mutants/lane-mutants.ts";
import type { Mutant } from "../../support/inbox-mutants/mutant.ts";
import { PURGE_MUTANTS } from "../../support/inbox-mutants/purge-mutants.ts";
import { SETTLE_MUTANTS } from "../../support/inbox-mutants/settle-mutants.ts";
import { FETCH_MUTANTS } from "../../support/inbox-mutants/slot-mutants.ts";
import { TOOLS_MUTANTS } from "../../support/inbox-mutants/tools-mutants.ts";
import { WAKING_MUTANTS } from "../../support/inbox-mutants/wake-up-mutants.ts";

// A contract that stays green over a broken inbox proves nothing. Each of these breaks one thing, and the rules that are about it must see
// it; each rule must have one that it sees. That the contract is green over the memory inbox as it is, is for core's tests.

const MUTANTS: Readonly<Record<string, Mutant>> = {
  ...ACCEPT_MUTANTS,
  ...CLAIM_MUTANTS,
  ...LANE_MUTANTS,
  ...SETTLE_MUTANTS,
  ...WAKING_MUTANTS,
  ...TOOLS_MUTANTS,
  ...FETCH_MUTANTS,
  ...PURGE_MUTANTS,
};

const CASES = Object.entries(MUTANTS).flatMap(([what, { rules, defect }]) =>
  rules.map((rule) => ({ what, rule, defect })),
);

/** Rules whose mutants are elsewhere. */
const TESTED_ELSEWHERE = new Set([
  // A claim that never expires: a quicker rule sees it too, this one waits for 20 s.
  "offers what a dead worker held, once its claim has run out",
  // Below, and in core's transition-mutants.test.ts.
  "runs an object once at a time in random interleavings",
  "follows transitions in random histories",
]);

describe("the inbox contract", () => {
  /** What became of each rule: `null` for green. */
  const outcomes = new Map<string, Promise<unknown>>();
  // All at once: the rules wait most of the time, and what wakes nobody is given up only after 10 s.
  beforeAll(() => {
    for (const { what, rule, defect } of CASES)
      outcomes.set(`${what}: ${rule}`, outcome(rulesOver(defect).get(rule)));
  });

  it("has a mutant for every rule", () => {
    const seen = new Set([...CASES.map(({ rule }) => rule), ...TESTED_ELSEWHERE]);
    expect([...seen].sort()).toEqual([...rulesOver(() => ({})).keys()].sort());
  });

  it.each(CASES)("goes red when $what: $rule", async ({ what, rule }) => {
    expect(await outcomes.get(`${what}: ${rule}`)).toBeInstanceOf(Error);
  });
});

/** Mutants that random interleavings must find too. */
const LANE_BREAKERS = {
  "a claim ignores the lane": LANE_MUTANTS,
  "rows of a lost claim are settled": CLAIM_MUTANTS,
  "a claim that was taken over is said to hold": CLAIM_MUTANTS,
};

describe("checkLaneInterleavings", () => {
  it.each(Object.entries(LANE_BREAKERS))("throws when %s", async (name, mutants) => {
    const open = () => openMutant(mutants[name]?.defect ?? (() => ({})));
    await expect(checkLaneInterleavings({ open })).rejects.toThrow("Interleaving with seed");
  });
});

/** The contract's tests by their names, over a memory inbox with a defect. */
function rulesOver(
  defect: (inbox: Inbox) => Partial<Inbox>,
): ReadonlyMap<string, () => Promise<void>> {
  const rules = new Map<string, () => Promise<void>>();
  inboxContract({
    describe: (_name, body) => body(),
    it: (name, body) => void rules.set(name, body),
    open: () => openMutant(defect),
  });
  return rules;
}

function openMutant(defect: (inbox: Inbox) => Partial<Inbox>) {
  const store = createMemoryStore();
  const inbox = createMemoryInbox({ nextSequence: () => store.nextSequence() });
  return { store, inbox: { ...inbox, ...defect(inbox) }, close() {} };
}

function outcome(rule: (() => Promise<void>) | undefined): Promise<unknown> {
  return rule === undefined
    ? Promise.resolve(undefined)
    : rule().then(
        () => null,
        (error: unknown) => error,
      );
}
