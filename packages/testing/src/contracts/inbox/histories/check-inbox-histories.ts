import { AssertionError } from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import type { Inbox } from "@jobber-sync/core/ports";
import { createRandom } from "../../../random/create-random.ts";
import type { OpenInbox } from "../rule.ts";
import { runConcurrently } from "../run-concurrently.ts";
import type { InboxHistory } from "./history.ts";
import type { InboxModel } from "./inbox-model.ts";
import { makeHistory } from "./make-history.ts";
import { compareRows, createHistoryClock, type HistoryClock, playHistory } from "./play-history.ts";

/** Options of `checkInboxHistories`. */
export interface InboxHistoryOptions {
  /**
   * Opens an empty inbox that uses this clock, and takes the `now` of every call as it is. Called
   * once per 250 histories.
   */
  readonly open: (options: { readonly now: () => number }) => Promise<OpenInbox> | OpenInbox;
  /** @default 500 */
  readonly histories?: number | undefined;
  /** History `n` of seed `s` is history 0 of seed `s + n`. @default 1 */
  readonly seed?: number | undefined;
  /** Histories that are played at the same time, each with its own tenant and clock. @default 16 */
  readonly concurrency?: number | undefined;
}

// Limits what `due` returns: rows of all histories in the inbox.
const HISTORIES_PER_INBOX = 250;
const HOUR_MS = 60 * 60_000;

/**
 * Plays random histories (accept, claim, extend, settle, replay, resume, due, purge, with clocks that
 * jump) against an inbox, and compares every return value and every row with a model built on
 * `transitions`.
 *
 * @throws {AssertionError} for the first difference, with its seed and the smallest history that shows it
 */
export async function checkInboxHistories({
  open,
  histories = 500,
  seed = 1,
  concurrency = 16,
}: InboxHistoryOptions): Promise<void> {
  const clocks = new AsyncLocalStorage<HistoryClock>();
  const now = () => clocks.getStore()?.now ?? createHistoryClock().now;

  for (let from = 0; from < histories; from += HISTORIES_PER_INBOX) {
    const opened = await open({ now });
    try {
      const count = Math.min(HISTORIES_PER_INBOX, histories - from);
      const seeds = Array.from({ length: count }, (_, index) => seed + from + index).values();
      const models: InboxModel[] = [];
      await runConcurrently(seeds, concurrency, async (each) => {
        models.push(await check(opened.inbox, each));
      });
      await checkPurge(opened.inbox, models, seed + from);
    } finally {
      await opened.close();
    }
  }

  async function check(inbox: Inbox, historySeed: number): Promise<InboxModel> {
    const history = makeHistory(createRandom(historySeed));
    let attempts = 0;
    const play = async (candidate: InboxHistory) => {
      attempts += 1;
      const clock = createHistoryClock();
      const tenant = `history-${historySeed}-${attempts}`;
      return clocks.run(clock, () => playHistory(inbox, tenant, candidate, clock));
    };
    const failureOf = (candidate: InboxHistory) =>
      play(candidate).then(
        () => null,
        (error: unknown) => String(error),
      );
    try {
      return await play(history);
    } catch (error) {
      const smallest = await shrink(history, async (steps) => (await failureOf(steps)) !== null);
      throw new AssertionError({
        message: [
          `Inbox history with seed ${historySeed}: ${(await failureOf(smallest)) ?? String(error)}`,
          `Smallest history (play it alone with { seed: ${historySeed}, histories: 1 }):`,
          ...smallest.map((step) => JSON.stringify(step)),
        ].join("\n"),
      });
    }
  }
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
    for (const model of models) {
      model.purge(options);
      await compareRows(inbox, model);
    }
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
