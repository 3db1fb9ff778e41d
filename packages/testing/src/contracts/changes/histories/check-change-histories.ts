import { AssertionError, deepStrictEqual, strictEqual } from "node:assert/strict";
import { createRandom } from "../../../random/create-random.ts";
import { runConcurrently } from "../../run-concurrently.ts";
import { makeHistory } from "../../store/histories/make-history.ts";
import type { OpenFeed } from "../open-feed.ts";
import { playChanges } from "./play-changes.ts";

/** Number and selection of random histories. */
export interface ChangeHistoryOptions {
  /** @default 20000 */
  readonly histories?: number | undefined;
  /** History `n` of seed `s` is history 0 of seed `s + n`. @default 1 */
  readonly seed?: number | undefined;
  /** Histories that run at the same time, each with its own tenant. @default 64 */
  readonly concurrency?: number | undefined;
}

const HISTORIES_PER_STORE = 500;
const START = Date.parse("2026-02-01T12:00:00Z");

/**
 * Plays random histories against a store with an enabled feed, while a consumer of the feed fails,
 * dies and goes on at random, and compares the tables that it fills with the stored records: one
 * from the beginning, one that `initial` fills later.
 *
 * @param open returns a store without rows; called once per 500 histories
 * @throws {AssertionError} for the first history that fails, with its seed
 */
export async function checkChangeHistories(
  open: (options: { readonly now: () => number }) => OpenFeed | Promise<OpenFeed>,
  { histories = 20_000, seed = 1, concurrency = 64 }: ChangeHistoryOptions = {},
): Promise<void> {
  for (let from = 0; from < histories; from += HISTORIES_PER_STORE) {
    const clock = { now: START };
    const opened = await open({ now: () => clock.now });
    try {
      opened.changes.enable();
      const count = Math.min(HISTORIES_PER_STORE, histories - from);
      const seeds = Array.from({ length: count }, (_, index) => seed + from + index);
      await runConcurrently(seeds.values(), concurrency, async (each) => {
        const random = createRandom(each);
        const history = makeHistory(random);
        try {
          await playChanges(opened, clock, { tenant: `history-${each}`, history, random });
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error);
          const steps = history.map((step) => JSON.stringify(step)).join("\n");
          throw new AssertionError({
            message: `The changes of the random history with seed ${each} fail: ${reason}\n${steps}`,
          });
        }
      });
      const far = clock.now + 365 * 24 * 3_600_000;
      deepStrictEqual(await opened.changes.due({ now: far, limit: 10 }), []);
      strictEqual((await opened.changes.list({ states: ["waiting", "dead"] })).length, 0);
    } finally {
      await opened.close();
    }
  }
}
