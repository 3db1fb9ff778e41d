import { AssertionError } from "node:assert/strict";
import type { Claim, Inbox, Settlement } from "@jobber-sync/core/ports";
import { createRandom, type Random } from "../../random/create-random.ts";
import { runConcurrently } from "../run-concurrently.ts";
import { delivery } from "./deliveries.ts";
import type { OpenInbox } from "./rule.ts";

/** Options of `checkLaneInterleavings`. */
export interface LaneInterleavingOptions {
  /** Opens an empty inbox that takes the `now` of every call as it is. */
  readonly open: () => Promise<OpenInbox> | OpenInbox;
  /** @default 500 */
  readonly interleavings?: number | undefined;
  /** Interleaving `n` of seed `s` is interleaving 0 of seed `s + n`. @default 1 */
  readonly seed?: number | undefined;
  /** Interleavings that run at the same time, each on an object of its own. @default 16 */
  readonly concurrency?: number | undefined;
}

const STEPS = 12;
const LEASES_MS = [10, 40, 100] as const;
const PAUSES_MS = [0, 0, 5, 20, 60, 200] as const;

/**
 * Runs random interleavings of accept, claim, extend and settle by several workers on one object,
 * up to three calls at the same time, while leases expire by a fake clock. Verifies after each step
 * that at most one unexpired claim has the object, and that only the claim that has its lane
 * extends or settles.
 *
 * @throws {AssertionError} for the first violation, with its seed
 */
export async function checkLaneInterleavings({
  open,
  interleavings = 500,
  seed = 1,
  concurrency = 16,
}: LaneInterleavingOptions): Promise<void> {
  const opened = await open();
  try {
    const seeds = Array.from({ length: interleavings }, (_, index) => seed + index).values();
    await runConcurrently(seeds, concurrency, (each) => interleave(opened, each));
  } finally {
    await opened.close();
  }
}

/** Results of one step's calls. */
interface StepResult {
  readonly log: string[];
  readonly claimed: Claim[];
  readonly extended: Claim[];
  readonly settling: Set<Claim>;
}

/** The claim that holds the lane before this step. */
interface Holder {
  readonly claim: Claim;
  readonly until: number;
}

async function interleave({ inbox, another }: OpenInbox, seed: number): Promise<void> {
  const random = createRandom(seed);
  const object = { tenant: "lanes", objectType: "job", objectId: `job-${seed}` } as const;
  const inboxes: readonly [Inbox, ...Inbox[]] = [inbox, another?.inbox ?? inbox];
  const claims: Claim[] = [];
  const sequences: number[] = [];
  const log: string[] = [];
  let holder: Holder | null = null;
  let now = Date.parse("2026-01-25T10:00:00Z");
  let reasons = new Map<number, string | null>();

  for (let step = 0; step < STEPS; step += 1) {
    now += random.pick(PAUSES_MS);
    const leaseMs = random.pick(LEASES_MS);
    const result: StepResult = { log: [], claimed: [], extended: [], settling: new Set() };
    await Promise.all(Array.from({ length: 1 + random.int(3) }, () => call(leaseMs, result)));
    log.push(`${now}: ${result.log.join(" | ")}`);
    await verify(leaseMs, result);
  }

  async function call(leaseMs: number, result: StepResult): Promise<void> {
    const used = random.pick(inboxes);
    const known = claims[random.int(claims.length)];
    const choice = random.int(10);
    if (choice < 3 || sequences.length === 0) {
      const row = delivery(object.objectId, { ...object, receivedAt: now });
      sequences.push((await used.accept(row)).sequence);
    } else if (choice < 6 || known === undefined) {
      const limit = random.pick([1, 2, undefined]);
      const claim = await used.claim(object, { leaseMs, now, limit });
      result.log.push(`claim → ${claim?.id ?? "null"}`);
      if (claim !== null) result.claimed.push(claim);
    } else if (choice < 7) {
      const extended = await used.extend(known, { leaseMs, now });
      result.log.push(`extend ${known.id} → ${extended}`);
      if (extended) result.extended.push(known);
    } else {
      // A run settles its claim with one call at a time.
      if (result.settling.has(known)) return;
      const settlements = settlementsOf(known, random, now);
      result.settling.add(known);
      await used.settle(known, settlements);
      result.log.push(`settle ${known.id}: ${settlements.map(({ state }) => state).join()}`);
    }
  }

  async function verify(leaseMs: number, result: StepResult): Promise<void> {
    const [claim, second] = result.claimed;
    if (second !== undefined) fail("two claims of one object succeeded at the same time");
    const before = holder;
    const maySettle = before !== null && result.settling.has(before.claim);
    for (const extended of result.extended) {
      if (extended !== before?.claim) fail(`extend of ${extended.id}, which has no lane`);
      if (claim !== undefined && !maySettle) fail(`both ${extended.id} and ${claim.id} hold`);
    }
    if (claim !== undefined && before !== null && before.until > now && !maySettle)
      fail(`${claim.id} claimed while ${before.claim.id} holds until ${before.until}`);

    const rows = await inbox.list({ sequences, limit: sequences.length });
    for (const { sequence, reason, state } of rows) {
      if (reason !== (reasons.get(sequence) ?? null) && reason !== before?.claim.id)
        fail(`row ${sequence} was settled by ${reason}, which has no lane`);
      const taken = claim?.deliveries.some((row) => row.sequence === sequence) ?? false;
      if (taken && state !== "claimed") fail(`row ${sequence} of ${claim?.id} is ${state}`);
    }
    reasons = new Map(rows.map(({ sequence, reason }) => [sequence, reason]));

    if (claim !== undefined) {
      claims.push(claim);
      holder = { claim, until: now + leaseMs };
    } else if (before !== null) {
      const states = new Map(rows.map(({ sequence, state }) => [sequence, state]));
      const held = before.claim.deliveries.some((row) => states.get(row.sequence) === "claimed");
      const extended = result.extended.length > 0;
      holder = held ? { ...before, until: extended ? now + leaseMs : before.until } : null;
    }
  }

  function fail(message: string): never {
    const steps = log.join("\n");
    throw new AssertionError({ message: `Interleaving with seed ${seed}: ${message}\n${steps}` });
  }
}

/** Settles all rows of a claim or some, each with the claim's id as its reason. */
function settlementsOf(claim: Claim, random: Random, now: number): readonly Settlement[] {
  const named = claim.deliveries.filter(() => random.chance(0.8));
  return named.map(({ sequence }) =>
    random.chance(0.5)
      ? { sequence, state: "dead", attempts: 1, reason: claim.id }
      : {
          sequence,
          state: "waiting",
          dueAt: now,
          attempts: 1,
          retries: 0,
          recheckSince: null,
          reason: claim.id,
        },
  );
}
