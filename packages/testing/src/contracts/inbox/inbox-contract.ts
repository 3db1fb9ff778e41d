import { acceptRules } from "./accept-rules.ts";
import { claimRules } from "./claim-rules.ts";
import { interleavingRules } from "./interleaving-rules.ts";
import { laneRules } from "./lane-rules.ts";
import { pauseRules } from "./pause-rules.ts";
import { purgeRules } from "./purge-rules.ts";
import type { OpenInbox, Rule } from "./rule.ts";
import { settleRules } from "./settle-rules.ts";
import { fetchRules } from "./slot-rules.ts";
import { toolsRules } from "./tools-rules.ts";
import { wakingRules } from "./wake-up-rules.ts";

/** What the contract needs of a test runner: vitest's, jest's and node:test's `describe` and `it` all do. */
export interface InboxContractOptions {
  readonly describe: (name: string, body: () => void) => void;
  readonly it: (name: string, body: () => Promise<void>) => void;
  readonly open: () => Promise<OpenInbox> | OpenInbox;
  /** Whether the inbox has lanes already; to be removed once all have. @default false */
  readonly lanes?: boolean | undefined;
}

/**
 * Every rule of the `Inbox` port as a test. An inbox that passes may be used by receiver and worker.
 *
 * Goes by the real clock, in steps of some 100 ms: an inbox may go by its database's.
 */
export function inboxContract({ describe, it, open, lanes = false }: InboxContractOptions): void {
  const rule: Rule = (name, body) =>
    it(name, async () => {
      const opened = await open();
      try {
        await body(opened);
      } finally {
        await opened.close();
      }
    });

  describe("inbox: accept", () => acceptRules(rule));
  describe("inbox: claim", () => claimRules(rule));
  if (lanes) describe("inbox: lanes", () => laneRules(rule));
  describe("inbox: settle", () => settleRules(rule));
  describe("inbox: waking", () => wakingRules(rule));
  describe("inbox: interleavings", () => interleavingRules(rule));
  describe("inbox: tools", () => toolsRules(rule));
  describe("inbox: pause", () => pauseRules(rule));
  describe("inbox: fetches", () => fetchRules(rule));
  describe("inbox: purge", () => purgeRules(rule));
}
