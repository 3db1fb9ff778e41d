import { AssertionError } from "node:assert/strict";
import type { SyncReader } from "@jobber-sync/core";
import type { SyncStore } from "@jobber-sync/core/ports";
import { createRandom } from "../../../random/create-random.ts";
import { runConcurrently } from "../../run-concurrently.ts";
import type { History } from "./history.ts";
import { makeHistory } from "./make-history.ts";
import { playHistory, playHistoryAtOnce } from "./play-history.ts";
import { shrinkHistory } from "./shrink-history.ts";

/** A store under test. */
export interface OpenedStore {
  readonly store: SyncStore & SyncReader;
  close(): void | Promise<void>;
}

/** Number and selection of random histories. */
export interface HistoryOptions {
  /** @default 20000 */
  readonly histories?: number | undefined;
  /** History `n` of seed `s` is history 0 of seed `s + n`. @default 1 */
  readonly seed?: number | undefined;
  /** Histories that run at the same time, each with its own tenant. @default 64 */
  readonly concurrency?: number | undefined;
  /**
   * Whether the steps of a history are applied concurrently instead of in sequence.
   *
   * @default false
   */
  readonly atOnce?: boolean | undefined;
}

// Keeps reading a tenant cheap in a store that scans every row.
const HISTORIES_PER_STORE = 500;

/**
 * Plays random histories against a store, each with its own tenant, and compares outcomes, records
 * and submissions with the definition of the total order.
 *
 * @param open returns a store without rows; called once per 500 histories
 * @throws {AssertionError} for the first history that ends in other records, with its seed and the
 * smallest history that still fails
 */
export async function checkStoreHistories(
  open: () => OpenedStore | Promise<OpenedStore>,
  { histories = 20_000, seed = 1, concurrency = 64, atOnce = false }: HistoryOptions = {},
): Promise<void> {
  const play = atOnce ? playHistoryAtOnce : playHistory;
  for (let from = 0; from < histories; from += HISTORIES_PER_STORE) {
    const { store, close } = await open();
    try {
      const seeds = Array.from(
        { length: Math.min(HISTORIES_PER_STORE, histories - from) },
        (_, index) => seed + from + index,
      );
      await runConcurrently(seeds.values(), concurrency, (each) =>
        check(store, each, play, atOnce),
      );
    } finally {
      await close();
    }
  }
}

type Play = typeof playHistory;

async function check(
  store: SyncStore & SyncReader,
  seed: number,
  play: Play,
  atOnce: boolean,
): Promise<void> {
  const made = makeHistory(createRandom(seed));
  // Of two writes at the same position the one applied last wins; for concurrent writes that order
  // is unknown.
  const history = atOnce ? withoutTies(made) : made;
  const failure = await attempt(store, `history-${seed}`, history, play);
  if (failure === null) return;
  let attempts = 0;
  const smallest = await shrinkHistory(history, async (candidate) => {
    attempts += 1;
    return (await attempt(store, `history-${seed}-${attempts}`, candidate, play)) !== null;
  });
  const reason = await attempt(store, `history-${seed}-smallest`, smallest, play);
  throw new AssertionError({
    message: [
      `Random history with seed ${seed} ends in wrong records: ${(reason ?? failure).message}`,
      `Smallest such history (play it alone with { seed: ${seed}, histories: 1 }):`,
      ...smallest.map((step) => JSON.stringify(step)),
    ].join("\n"),
  });
}

async function attempt(
  store: SyncStore & SyncReader,
  tenant: string,
  history: History,
  play: Play,
): Promise<Error | null> {
  try {
    await play(store, tenant, history);
    return null;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function withoutTies(history: History): History {
  const places = new Map<string, string>();
  return history.flatMap((step) => {
    const writes = step.writes.filter((write) => {
      const place = `${write.kind} ${write.id} ${write.sequence}`;
      const content = JSON.stringify(write);
      if (!places.has(place)) places.set(place, content);
      return places.get(place) === content;
    });
    return writes.length === 0 ? [] : [{ ...step, writes }];
  });
}
