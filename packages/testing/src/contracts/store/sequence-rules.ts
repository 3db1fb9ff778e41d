import { strictEqual } from "node:assert/strict";
import type { StoreRule } from "./store-rule.ts";

/** Rules of `nextSequence`. */
export function sequenceRules(rule: StoreRule): void {
  rule("nextSequence returns rising numbers, from 1 or higher", async (store) => {
    let last = 0;
    for (let call = 0; call < 100; call += 1) {
      const next = await store.nextSequence();
      strictEqual(Number.isSafeInteger(next) && next > last, true, `${next} after ${last}`);
      last = next;
    }
  });

  rule("nextSequence never returns a number twice to concurrent callers", async (store) => {
    const first = await store.nextSequence();
    const numbers = await Promise.all(Array.from({ length: 1000 }, () => store.nextSequence()));
    strictEqual(new Set(numbers).size, numbers.length);
    strictEqual(
      numbers.every((number) => number > first),
      true,
    );
    const last = await store.nextSequence();
    strictEqual(
      numbers.every((number) => number < last),
      true,
    );
  });
}
