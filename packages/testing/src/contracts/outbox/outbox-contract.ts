import { intentClaimRules } from "./claim-rules.ts";
import type { OpenOutbox, OutboxRule } from "./outbox-rule.ts";
import { putRules } from "./put-rules.ts";
import { intentSettleRules } from "./settle-rules.ts";
import { outboxToolsRules } from "./tools-rules.ts";

/**
 * Options of {@link outboxContract}. `describe` and `it` are those of vitest, jest or node:test.
 */
export interface OutboxContractOptions {
  readonly describe: (name: string, body: () => void) => void;
  readonly it: (name: string, body: () => Promise<void>) => void;
  /** Opens an empty outbox whose operations use the given clock. */
  readonly open: (options: { readonly now: () => number }) => Promise<OpenOutbox> | OpenOutbox;
}

const START = Date.parse("2026-01-25T10:00:00Z");

/** Defines a test for every rule of the `Outbox` port. */
export function outboxContract({ describe, it, open }: OutboxContractOptions): void {
  const rule: OutboxRule = (name, body) =>
    it(name, async () => {
      const clock = { now: START };
      const opened = await open({ now: () => clock.now });
      try {
        await body(opened, clock);
      } finally {
        await opened.close();
      }
    });

  describe("outbox: put", () => putRules(rule));
  describe("outbox: claim", () => intentClaimRules(rule));
  describe("outbox: settle", () => intentSettleRules(rule));
  describe("outbox: tools", () => outboxToolsRules(rule));
}
