import { createRandom, type Random } from "../../../random/create-random.ts";
import type { HistoryRefresh, HistoryResult, HistoryStep, InboxHistory } from "./history.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const LEASES_MS = [5000, 15_000, 60_000] as const;
const WAITS_MS = [0, 1, 3000, 15_000, 30_000, HOUR_MS] as const;
const CORRECTIONS_MS = [-1000, -30_000, -2 * HOUR_MS] as const;
const DELAYS_MS = [0, 1000, 30_000, HOUR_MS] as const;
/** Mostly one object, and mostly its latest claim, so that a history goes through many states. */
const OBJECTS = [0, 0, 0, 1] as const;
const CLAIMS = [0, 0, 0, 1, 2] as const;
const FINAL = ["done", "done", "unresolved", "paused", "quarantined", "dead"] as const;

type Call = Exclude<HistoryStep["call"], "wait">;

const STEPS: Readonly<Record<Call, (random: Random) => HistoryStep>> = {
  accept,
  claim: (random) => ({
    call: "claim",
    object: random.pick(OBJECTS),
    leaseMs: random.pick(LEASES_MS),
    limit: random.pick([undefined, undefined, 1, 2]),
    debounced: random.chance(0.15),
  }),
  extend: (random) => ({
    call: "extend",
    claim: random.pick(CLAIMS),
    leaseMs: random.pick(LEASES_MS),
  }),
  settle: (random) => ({
    call: "settle",
    claim: random.pick(CLAIMS),
    results: Array.from({ length: random.pick([1, 1, 2, 3]) }, () => makeResult(random)),
    refreshes: random.chance(0.15) ? [[random.pick(OBJECTS), makeRefresh(random)]] : [],
  }),
  replay: (random) => ({
    call: "replay",
    states: random.pick([undefined, ["dead"], ["quarantined", "dead", "done"]]),
    limit: random.pick([undefined, undefined, 1]),
  }),
  discard: (random) => ({
    call: "discard",
    states: random.pick([undefined, ["dead", "claimed"], ["waiting"], ["done", "paused"]]),
    limit: random.pick([undefined, 1]),
  }),
  refresh: (random) => ({
    call: "refresh",
    object: random.pick(OBJECTS),
    request: makeRefresh(random),
  }),
  resume: () => ({ call: "resume" }),
  due: (random) => ({ call: "due", debounced: random.chance(0.3) }),
};

const CALLS = Object.keys(STEPS) as [Call, ...Call[]];

/**
 * Calls that usually follow a call. Without them, few histories would pass through several states.
 */
const NEXT: Readonly<Record<Call, readonly [Call, ...Call[]]>> = {
  accept: ["claim"],
  claim: ["settle"],
  extend: ["settle"],
  settle: ["resume", "replay", "replay", "claim", "extend", "due"],
  replay: ["claim"],
  discard: ["accept"],
  refresh: ["claim"],
  resume: ["claim"],
  due: ["claim"],
};

/** Number of histories that share a clock and are played at the same time. */
export const GROUP_SIZE = 16;

const STEP_COUNT = 36;

/**
 * Creates a random history of workers, operators, crashes and clocks. All histories of
 * a group, which are {@link GROUP_SIZE} consecutive seeds, wait at the same steps.
 */
export function makeHistory(seed: number): InboxHistory {
  const random = createRandom(seed);
  const group = createRandom(Math.floor(seed / GROUP_SIZE));
  let call: Call = "accept";
  return Array.from({ length: STEP_COUNT }, (_, index): HistoryStep => {
    if (index > 0 && group.chance(0.25))
      return { call: "wait", ms: group.pick(group.chance(0.12) ? CORRECTIONS_MS : WAITS_MS) };
    const step = STEPS[call](random);
    call = random.pick(random.chance(0.6) ? NEXT[call] : CALLS);
    return step;
  });
}

function accept(random: Random): HistoryStep {
  return {
    call: "accept",
    object: random.pick(OBJECTS),
    key: random.int(6),
    state: random.chance(0.1) ? "quarantined" : "waiting",
    // Negative: received by a machine whose clock is ahead.
    ageMs: random.pick([0, 0, 500, MINUTE_MS, -HOUR_MS]),
    delayMs: random.chance(0.15) ? 1000 : 0,
  };
}

function makeResult(random: Random): HistoryResult {
  if (random.chance(0.1)) return { state: "skip" };
  if (random.chance(0.4)) {
    const delayMs = random.pick(DELAYS_MS);
    return { state: "waiting", delayMs, rechecks: random.chance(0.25) };
  }
  return { state: random.pick(FINAL) };
}

function makeRefresh(random: Random): HistoryRefresh {
  const maybe = () => random.pick([null, 1, 2, 3]);
  return {
    inMs: random.pick([0, 0, 1000, 30_000]),
    lastInMs: random.pick([0, 30_000]),
    accountId: random.pick([null, "A", "B"]),
    since: maybe(),
    occurredAt: maybe(),
    missingSince: maybe(),
    retries: random.int(3),
  };
}
