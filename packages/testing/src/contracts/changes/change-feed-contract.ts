import { strictEqual } from "node:assert/strict";
import type { ContractRunner } from "../store/contract-runner.ts";
import { checkChangeHistories } from "./histories/check-change-histories.ts";
import { lineRules } from "./line-rules.ts";
import type { FeedRule, OpenFeed } from "./open-feed.ts";
import { writeTitles } from "./sample-changes.ts";
import { toolRules } from "./tool-rules.ts";
import { writtenRules } from "./written-rules.ts";

/** Options for `changeFeedContract`. */
export interface ChangeFeedContractOptions extends ContractRunner {
  /**
   * Opens a store without rows, and its feed, not enabled. Both must use the clock `now`. Closed
   * after each test.
   */
  readonly open: (options: { readonly now: () => number }) => OpenFeed | Promise<OpenFeed>;
  /** Number of random histories. @default 20000 */
  readonly histories?: number | undefined;
}

const HISTORIES_TIMEOUT_MS = 3_600_000;
const RULE_TIMEOUT_MS = 20_000;
const START = Date.parse("2026-02-01T12:00:00Z");

/**
 * Defines a test for every rule of `ChangeFeed`, and consumes the changes of random histories with
 * failures and dead consumers at every step. Works with any test framework; asserts with
 * `node:assert`.
 *
 * Durability and several processes are left to the store's own tests.
 */
export function changeFeedContract({
  describe,
  it,
  open,
  histories = 20_000,
}: ChangeFeedContractOptions): void {
  const rule: FeedRule = (name, check) => {
    it(
      name,
      async () => {
        const clock = { now: START };
        const opened = await open({ now: () => clock.now });
        try {
          opened.changes.enable();
          await check(opened, clock);
        } finally {
          await opened.close();
        }
      },
      RULE_TIMEOUT_MS,
    );
  };
  describe("changes: apply", () => {
    writtenRules(rule);
    it("apply writes no change before the feed is enabled", async () => {
      const opened = await open({ now: () => START });
      try {
        await writeTitles(opened, ["A", "B"]);
        strictEqual((await opened.changes.list({})).length, 0);
      } finally {
        await opened.close();
      }
    });
  });
  describe("changes: order and lanes", () => lineRules(rule));
  describe("changes: tools", () => toolRules(rule));
  describe("changes: random histories", () => {
    it(
      `fill an empty table with exactly the records, over ${histories} histories`,
      () => checkChangeHistories(open, { histories }),
      HISTORIES_TIMEOUT_MS,
    );
  });
}
