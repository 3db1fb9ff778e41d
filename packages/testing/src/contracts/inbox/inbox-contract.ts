import { acceptRules } from "./accept-rules.ts";
import { checkLaneInterleavings } from "./check-lane-interleavings.ts";
import { claimRules } from "./claim-rules.ts";
import { type ClockRule, clockRules } from "./clock-rules.ts";
import { debounceRules } from "./debounce-rules.ts";
import { eraseRules } from "./erase-rules.ts";
import { checkInboxHistories } from "./histories/check-inbox-histories.ts";
import { interleavingRules } from "./interleaving-rules.ts";
import { laneRules } from "./lane-rules.ts";
import { pauseRules } from "./pause-rules.ts";
import { purgeRules } from "./purge-rules.ts";
import { parentRules, refreshRules, refreshWakingRules } from "./refresh-rules.ts";
import type { OpenInbox, Rule } from "./rule.ts";
import { settleRules } from "./settle-rules.ts";
import { fetchRules } from "./slot-rules.ts";
import { toolsRules } from "./tools-rules.ts";
import { wakingRules } from "./wake-up-rules.ts";

/** Options of `inboxContract`. `describe` and `it` are those of vitest, jest or node:test. */
export interface InboxContractOptions {
  readonly describe: (name: string, body: () => void) => void;
  readonly it: (name: string, body: () => Promise<void>) => void;
  /**
   * Opens an empty inbox. With `now`, the inbox must use this clock, and take the `now` of every
   * call as it is; otherwise it may use its database's clock.
   */
  readonly open: (options: { readonly now?: () => number }) => Promise<OpenInbox> | OpenInbox;
  /** Number of random interleavings of claims on one object. @default 100 */
  readonly interleavings?: number | undefined;
  /** Number of random histories to compare with `transitions`. @default 64 */
  readonly histories?: number | undefined;
}

/**
 * Defines a test for every rule of the `Inbox` port. Receiver and worker can rely on an inbox that
 * passes them. Apart from the last two, the rules use the real clock in steps of about 100 ms.
 */
export function inboxContract({
  describe,
  it,
  open,
  interleavings = 100,
  histories = 64,
}: InboxContractOptions): void {
  const rule: Rule = (name, body) =>
    it(name, async () => {
      const opened = await open({});
      try {
        await body(opened);
      } finally {
        await opened.close();
      }
    });

  const clockRule: ClockRule = (name, body) =>
    it(name, async () => {
      const clock = { now: Date.now() };
      const opened = await open({ now: () => clock.now });
      try {
        await body(opened, clock);
      } finally {
        await opened.close();
      }
    });

  describe("inbox: accept", () => acceptRules(rule));
  describe("inbox: claim", () => claimRules(rule));
  describe("inbox: lanes", () => laneRules(rule));
  describe("inbox: settle", () => settleRules(rule));
  describe("inbox: wake-ups", () => wakingRules(rule));
  describe("inbox: interleavings", () => interleavingRules(rule));
  describe("inbox: tools", () => toolsRules(rule));
  describe("inbox: pause", () => pauseRules(rule));
  describe("inbox: slots", () => fetchRules(rule));
  describe("inbox: purge", () => purgeRules(rule));
  describe("inbox: erase", () => eraseRules(rule));
  describe("inbox: debounce", () => debounceRules(clockRule));
  describe("inbox: refreshes", () => {
    refreshRules(clockRule);
    refreshWakingRules(rule);
  });
  describe("inbox: parents", () => parentRules(clockRule));
  describe("inbox: clocks", () => clockRules(clockRule));
  describe("inbox: random calls", () => {
    it("an object has one run at a time in random interleavings", () =>
      checkLaneInterleavings({ open: () => open({ now: Date.now }), interleavings }));
    it("random histories follow transitions", () => checkInboxHistories({ open, histories }));
  });
}
