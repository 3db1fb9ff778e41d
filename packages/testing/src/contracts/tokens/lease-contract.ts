import assert from "node:assert/strict";
import { setTimeout as delayFor } from "node:timers/promises";
import type { Lease } from "@jobber-sync/core/ports";
import { type ConnectionContractOptions, ruleOf } from "./token-store-contract.ts";

const LONG_MS = 60_000;

/** Every rule of the `Lease` port as a test. Goes by the real clock, in steps of some 100 ms: a lease may go by its database's. */
export function leaseContract(options: ConnectionContractOptions<Lease>): void {
  const rule = ruleOf(options);
  options.describe("lease", () => {
    rule("goes to one holder at a time", async ({ subject, another = subject }) => {
      assert.equal(await subject.acquire("acme", "a", LONG_MS), true);
      assert.equal(await another.acquire("acme", "b", LONG_MS), false);
      assert.equal(await another.acquire("globex", "b", LONG_MS), true);
    });

    rule("goes to one of many that ask at once", async ({ subject, another = subject }) => {
      const taken = await Promise.all(
        Array.from({ length: 16 }, (_, n) =>
          (n % 2 ? subject : another).acquire("acme", `${n}`, LONG_MS),
        ),
      );
      assert.equal(taken.filter(Boolean).length, 1);
    });

    rule("can be taken again once it was given back", async ({ subject, another = subject }) => {
      await subject.acquire("acme", "a", LONG_MS);
      await subject.release("acme", "a");
      assert.equal(await another.acquire("acme", "b", LONG_MS), true);
    });

    rule("is not given back by somebody else", async ({ subject }) => {
      await subject.acquire("acme", "a", LONG_MS);
      await subject.release("acme", "b");
      await subject.release("globex", "b");
      assert.equal(await subject.acquire("acme", "b", LONG_MS), false);
    });

    rule("runs out, unless its holder prolongs it", async ({ subject, another = subject }) => {
      assert.equal(await subject.acquire("runs-out", "a", 100), true);
      assert.equal(await subject.acquire("prolonged", "a", 100), true);
      assert.equal(await subject.acquire("prolonged", "a", LONG_MS), true);
      // Passing time is what is tested: no event says that a lease has run out.
      await delayFor(400);
      assert.equal(await another.acquire("runs-out", "b", LONG_MS), true);
      assert.equal(await another.acquire("prolonged", "b", LONG_MS), false);
      await subject.release("runs-out", "a");
      assert.equal(await subject.acquire("runs-out", "a", LONG_MS), false);
    });
  });
}
