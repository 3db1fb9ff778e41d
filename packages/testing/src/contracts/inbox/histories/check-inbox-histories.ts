import { AssertionError } from "node:assert/strict";
import type { Inbox } from "@jobber-sync/core/ports";
import { createRandom } from "../../../random/create-random.ts";
import type { OpenInbox } from "../rule.ts";
import { compareRows, type HistoryFailure } from "./compare-rows.ts";
import type { InboxHistory } from "./history.ts";
import type { InboxModel } from "./inbox-model.ts";
import { GROUP_SIZE, makeHistory } from "./make-history.ts";
import {
  createHistoryClock,
  createHistoryPlayer,
  type HistoryClock,
  type ReadDue,
} from "./play-history.ts";

/** Options of `checkInboxHistories`. */
export interface InboxHistoryOptions {
  /**
   * Opens an empty inbox that uses this clock, and takes the `now` of every call as it is. Called
   * once per 64 histories.
   */
  readonly open: (options: { readonly now: () => number }) => Promise<OpenInbox> | OpenInbox;
  /** @default 500 */
  readonly histories?: number | undefined;
  /** History `n` of seed `s` is history 0 of seed `s + n`. @default 1 */
  readonly seed?: number | undefined;
}

// More rows in an inbox would slow down `due`, which returns objects of all histories.
const GROUPS_PER_INBOX = 4;
const HOUR_MS = 60 * 60_000;

/**
 * Plays random histories (accept, claim, extend, settle, replay, resume, due and purge, with clocks
 * that jump) against an inbox, and compares every return value and every row with a model built on
 * `transitions`. Plays 16 histories at the same time, each with its own tenant.
 *
 * @throws {AssertionError} for the first difference, with its seed and the smallest history that
 * shows
 *   it
 */
export async function checkInboxHistories({
  open,
  histories = 500,
  seed = 1,
}: InboxHistoryOptions): Promise<void> {
  const last = seed + histories;
  for (let from = seed; from < last; ) {
    const end = Math.min(last, endOfGroup(from) + (GROUPS_PER_INBOX - 1) * GROUP_SIZE);
    let clock = createHistoryClock();
    const { inbox, close } = await open({ now: () => clock.now });
    const startClock = () => {
      clock = createHistoryClock();
      return clock;
    };
    try {
      const models: InboxModel[] = [];
      for (let first = from; first < end; first = endOfGroup(first)) {
        const count = Math.min(end, endOfGroup(first)) - first;
        models.push(...(await checkGroup(inbox, first, count, startClock)));
      }
      startClock();
      await checkPurge(inbox, models, from);
    } finally {
      await close();
    }
    from = end;
  }
}

/** Returns the first seed of the next group. */
function endOfGroup(seed: number): number {
  return (Math.floor(seed / GROUP_SIZE) + 1) * GROUP_SIZE;
}

async function checkGroup(
  inbox: Inbox,
  firstSeed: number,
  count: number,
  startClock: () => HistoryClock,
): Promise<readonly InboxModel[]> {
  const group = Array.from({ length: count }, (_, index) => ({
    tenant: `history-${firstSeed + index}`,
    history: makeHistory(firstSeed + index),
  }));
  const { models, failure } = await playTogether(inbox, group, startClock());
  if (failure === null) return models;

  const seed = firstSeed + failure.index;
  let attempts = 0;
  const failureOf = async (history: InboxHistory) => {
    attempts += 1;
    const alone = [{ tenant: `history-${seed}-${attempts}`, history }];
    return (await playTogether(inbox, alone, startClock())).failure;
  };
  const history = makeHistory(seed);
  const fails = async (candidate: InboxHistory) => (await failureOf(candidate)) !== null;
  const smallest = (await fails(history)) ? await shrink(history, fails) : history;
  const { reason } = (await failureOf(smallest)) ?? failure;
  throw new AssertionError({
    message: [
      `Inbox history with seed ${seed}: ${reason}`,
      `Smallest history (play it alone with { seed: ${seed}, histories: 1 }):`,
      ...smallest.map((step) => JSON.stringify(step)),
    ].join("\n"),
  });
}

interface GroupResult {
  readonly models: readonly InboxModel[];
  readonly failure: HistoryFailure | null;
}

/** Plays histories of the same length, step by step, because they share a clock. */
async function playTogether(
  inbox: Inbox,
  group: readonly { readonly tenant: string; readonly history: InboxHistory }[],
  clock: HistoryClock,
): Promise<GroupResult> {
  const players = group.map(({ tenant }) => createHistoryPlayer(inbox, tenant, clock));
  const models = players.map(({ model }) => model);
  for (const [index, shared] of (group[0]?.history ?? []).entries()) {
    if (shared.call === "wait") {
      clock.now += shared.ms;
      continue;
    }
    const readDue = sharedDue(inbox, clock.now);
    const outcomes = await Promise.allSettled(
      players.map(async (player, at) => {
        const step = group[at]?.history[index];
        if (step !== undefined) await player.play(step, readDue);
      }),
    );
    for (const [at, outcome] of outcomes.entries())
      if (outcome.status === "rejected")
        return { models, failure: { index: at, reason: outcome.reason } };
    const failure = await compareRows(inbox, models);
    if (failure !== null) return { models, failure };
  }
  return { models, failure: null };
}

/**
 * Returns a reader of due objects that calls `due` once, and once with debounced: it covers every
 * history, and reading it for each one took three quarters of the time.
 */
function sharedDue(inbox: Inbox, now: number): ReadDue {
  const results = new Map<boolean, ReturnType<ReadDue>>();
  return (debounced) => {
    const known = results.get(debounced);
    if (known !== undefined) return known;
    const due = inbox.due({ now, limit: Number.POSITIVE_INFINITY, debounced });
    results.set(debounced, due);
    return due;
  };
}

/** Purges after the histories, because a purge covers all tenants. */
async function checkPurge(
  inbox: Inbox,
  models: readonly InboxModel[],
  seed: number,
): Promise<void> {
  const random = createRandom(seed);
  const keep = Number.POSITIVE_INFINITY;
  const all = { bodiesAfterMs: keep, failedAfterMs: keep, doneAfterMs: keep };
  for (const name of ["bodiesAfterMs", "failedAfterMs", "doneAfterMs"] as const) {
    const now = createHistoryClock().now + 2 * HOUR_MS;
    const options = { ...all, now, [name]: random.pick([HOUR_MS, 90 * 60_000, 2 * HOUR_MS]) };
    await inbox.purge(options);
    for (const model of models) model.purge(options);
    const failure = await compareRows(inbox, models);
    if (failure !== null) throw failure.reason;
  }
}

/** Leaves out steps as long as the history still fails. */
async function shrink(
  history: InboxHistory,
  fails: (candidate: InboxHistory) => Promise<boolean>,
): Promise<InboxHistory> {
  let smallest = history;
  for (let index = history.length - 1; index >= 0; index -= 1) {
    const candidate = smallest.toSpliced(index, 1);
    if (await fails(candidate)) smallest = candidate;
  }
  return smallest;
}
