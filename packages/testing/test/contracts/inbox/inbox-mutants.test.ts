import { createMemoryInbox, createMemoryStore } from "@jobber-sync/core";
import type { Inbox } from "@jobber-sync/core/ports";
import { checkLaneInterleavings, inboxContract } from "@jobber-sync/testing/contracts";
import { beforeAll, describe, expect, it } from "vitest";
import { ACCEPT_MUTANTS } from "../../support/inbox-mutants/accept-mutants.ts";
import { CLAIM_MUTANTS } from "../../support/inbox-mutants/claim-mutants.ts";
import { CLOCK_MUTANTS } from "../../support/inbox-mutants/clock-mutants.ts";
import { DEBOUNCE_MUTANTS } from "../../support/inbox-mutants/debounce-mutants.ts";
import { ERASE_MUTANTS } from "../../support/inbox-mutants/erase-mutants.ts";
import { LANE_MUTANTS } from "../../support/inbox-mutants/lane-mutants.ts";
import type { Mutant } from "../../support/inbox-mutants/mutant.ts";
import { PURGE_MUTANTS } from "../../support/inbox-mutants/purge-mutants.ts";
import { REFRESH_MUTANTS } from "../../support/inbox-mutants/refresh-mutants.ts";
import { SETTLE_MUTANTS } from "../../support/inbox-mutants/settle-mutants.ts";
import { FETCH_MUTANTS } from "../../support/inbox-mutants/slot-mutants.ts";
import { TOOLS_MUTANTS } from "../../support/inbox-mutants/tools-mutants.ts";
import { WAKING_MUTANTS } from "../../support/inbox-mutants/wake-up-mutants.ts";

// A contract that stays green over a broken inbox proves nothing. Each mutant breaks one thing and
// must turn its rules red, and each rule must have a mutant. Core's tests run the contract over the
// unbroken memory inbox.

const MUTANTS: Readonly<Record<string, Mutant>> = {
  ...ACCEPT_MUTANTS,
  ...CLAIM_MUTANTS,
  ...LANE_MUTANTS,
  ...CLOCK_MUTANTS,
  ...DEBOUNCE_MUTANTS,
  ...REFRESH_MUTANTS,
  ...SETTLE_MUTANTS,
  ...WAKING_MUTANTS,
  ...TOOLS_MUTANTS,
  ...FETCH_MUTANTS,
  ...PURGE_MUTANTS,
  ...ERASE_MUTANTS,
};

const CASES = Object.entries(MUTANTS).flatMap(([what, { rules, defect }]) =>
  rules.map((rule) => ({ what, rule, defect })),
);

/** Rules whose mutants are elsewhere. */
const TESTED_ELSEWHERE = new Set([
  // A claim that never expires: a quicker rule detects it too, and this one waits for 20 s.
  "listen offers a dead worker's rows once the claim has expired",
  // Below, and in core's transition-mutants.test.ts.
  "an object has one run at a time in random interleavings",
  "random histories follow transitions",
]);

describe("the inbox contract", () => {
  /** The failure of each rule; `null` for green. */
  const outcomes = new Map<string, Promise<unknown>>();
  // All at once: rules spend most of their time waiting, and a missing wake-up fails only after 10
  // s.
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
  "extend succeeds after a takeover": CLAIM_MUTANTS,
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
    open: (options) => openMutant(defect, options),
  });
  return rules;
}

function openMutant(
  defect: (inbox: Inbox) => Partial<Inbox>,
  { now }: { readonly now?: () => number } = {},
) {
  const store = createMemoryStore();
  const inbox = createMemoryInbox({ nextSequence: () => store.nextSequence(), now });
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
