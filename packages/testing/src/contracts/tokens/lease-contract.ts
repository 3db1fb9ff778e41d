import assert from "node:assert/strict";
import { setTimeout as delayFor } from "node:timers/promises";
import type { Lease } from "@jobber-sync/core/ports";
import { type ConnectionContractOptions, ruleOf } from "./token-store-contract.ts";

const LONG_MS = 60_000;

/**
 * Defines a test for every rule of the `Lease` port. Uses the real clock in steps of about 100 ms,
 * because a lease may use its database's clock.
 */
export function leaseContract(options: ConnectionContractOptions<Lease>): void {
  const rule = ruleOf(options);
  options.describe("lease", () => {
    rule("a lease has one holder at a time", async ({ subject, another = subject }) => {
      assert.equal(await subject.acquire("acme", "a", LONG_MS), true);
      assert.equal(await another.acquire("acme", "b", LONG_MS), false);
      assert.equal(await another.acquire("globex", "b", LONG_MS), true);
    });

    rule(
      "one of many concurrent callers acquires a lease",
      async ({ subject, another = subject }) => {
        const taken = await Promise.all(
          Array.from({ length: 16 }, (_, n) =>
            (n % 2 ? subject : another).acquire("acme", `${n}`, LONG_MS),
          ),
        );
        assert.equal(taken.filter(Boolean).length, 1);
      },
    );

    rule("a released lease can be acquired again", async ({ subject, another = subject }) => {
      await subject.acquire("acme", "a", LONG_MS);
      await subject.release("acme", "a");
      assert.equal(await another.acquire("acme", "b", LONG_MS), true);
    });

    rule("only its holder releases a lease", async ({ subject }) => {
      await subject.acquire("acme", "a", LONG_MS);
      await subject.release("acme", "b");
      await subject.release("globex", "b");
      assert.equal(await subject.acquire("acme", "b", LONG_MS), false);
    });

    rule("a lease expires unless its holder extends it", async ({ subject, another = subject }) => {
      assert.equal(await subject.acquire("runs-out", "a", 100), true);
      assert.equal(await subject.acquire("prolonged", "a", 100), true);
      assert.equal(await subject.acquire("prolonged", "a", LONG_MS), true);
      // The test waits for real: no event announces that a lease has expired.
      await delayFor(400);
      assert.equal(await another.acquire("runs-out", "b", LONG_MS), true);
      assert.equal(await another.acquire("prolonged", "b", LONG_MS), false);
      await subject.release("runs-out", "a");
      assert.equal(await subject.acquire("runs-out", "a", LONG_MS), false);
    });
  });
}
