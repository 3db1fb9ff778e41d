import { changeRules } from "./change-rules.ts";
import type { ContractRunner } from "./contract-runner.ts";
import { extraRules } from "./extra-rules.ts";
import { fillRules } from "./fill-rules.ts";
import { checkStoreHistories, type OpenedStore } from "./histories/check-histories.ts";
import { orderRules } from "./order-rules.ts";
import { resultRules } from "./result-rules.ts";
import { sequenceRules } from "./sequence-rules.ts";
import type { StoreRule } from "./store-rule.ts";
import { tombstoneRules } from "./tombstone-rules.ts";

/** Options for `syncStoreContract`. */
export interface SyncStoreContractOptions extends ContractRunner {
  /** Opens a store without rows. Closed after each test. */
  readonly open: () => OpenedStore | Promise<OpenedStore>;
  /** Number of random histories. @default 20000 */
  readonly histories?: number | undefined;
  /** Seed of the first random history; the others follow. @default 1 */
  readonly seed?: number | undefined;
}

const HISTORIES_TIMEOUT_MS = 300_000;
const RULE_TIMEOUT_MS = 20_000;

/**
 * Defines a test for every rule of `SyncStore`, and compares random histories with the definition
 * of the total order, not with another store's code. Works with any test framework; asserts with
 * `node:assert`.
 *
 * Durability, several processes and database failures are left to the store's own tests.
 *
 * @example
 * ```ts
 * import { createMemoryStore } from "@jobber-sync/core";
 * import { syncStoreContract } from "@jobber-sync/testing/contracts";
 * import { describe, it } from "node:test";
 *
 * syncStoreContract({ describe, it, open: () => ({ store: createMemoryStore(), close() {} }) });
 * ```
 */
export function syncStoreContract({
  describe,
  it,
  open,
  histories = 20_000,
  seed = 1,
}: SyncStoreContractOptions): void {
  const rule: StoreRule = (name, check, timeoutMs = RULE_TIMEOUT_MS) => {
    it(
      name,
      async () => {
        const { store, close } = await open();
        try {
          await check(store);
        } finally {
          await close();
        }
      },
      timeoutMs,
    );
  };
  describe("store: order of writes", () => orderRules(rule));
  describe("store: tombstones", () => tombstoneRules(rule));
  describe("store: fills", () => fillRules(rule));
  describe("store: extra", () => extraRules(rule));
  describe("store: apply", () => changeRules(rule));
  describe("store: results and single records", () => resultRules(rule));
  describe("store: sequence", () => sequenceRules(rule));
  describe("store: random histories", () => {
    it(
      `stores the records that the total order defines, over ${histories} histories`,
      () => checkStoreHistories(open, { histories, seed }),
      HISTORIES_TIMEOUT_MS,
    );
    it(
      "stores the same records if an object's writes are applied concurrently",
      () => checkStoreHistories(open, { histories: Math.ceil(histories / 20), seed, atOnce: true }),
      HISTORIES_TIMEOUT_MS,
    );
  });
}
