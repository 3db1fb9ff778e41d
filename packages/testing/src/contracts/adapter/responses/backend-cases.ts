import assert from "node:assert/strict";
import { createMemoryInbox } from "@jobber-sync/core";
import type { Inbox } from "@jobber-sync/core/ports";
import type { ContractRunner } from "../../store/contract-runner.ts";
import { notification, type Signal, signal, snapshot } from "../contract-server.ts";
import { brokenBackends } from "../response-inputs.ts";
import { signed } from "../send-request.ts";
import { assertOutcome, codeOf } from "./check-response.ts";
import type { Using } from "./using-server.ts";

/** Cases for backends that fail, and for deliveries that wait for them. */
export function backendCases({ describe, it }: ContractRunner, using: Using): void {
  describe("failing backends", () => {
    for (const [name, options] of brokenBackends()) {
      it(`lead to 503 with Retry-After and without details when ${name}`, async () => {
        await using({ retryAfterSeconds: 7, ...options }, async ({ send }) => {
          const reply = await send(signed(snapshot("1")));
          assert.deepEqual([reply.status, reply.headers["retry-after"]], [503, "7"], reply.body);
          assert.doesNotMatch(reply.body, /planted/);
        });
      });
    }

    it("queues a delivery while maxInFlight others are with the store", async () => {
      const gate = signal();
      const reached = signal();
      await using(
        { inbox: gated(gate, reached), maxInFlight: 1, deadlineMs: 5000 },
        async ({ send }) => {
          const first = send(signed(notification("JOB_CREATE", "1")));
          await reached.fired;
          const second = send(signed(notification("JOB_CREATE", "2")));
          gate.fire();
          assertOutcome(await first, "accepted");
          assertOutcome(await second, "accepted");
        },
      );
    });

    it("responds 503 when the deadline passes in the queue", async () => {
      const gate = signal();
      const reached = signal();
      await using(
        { inbox: gated(gate, reached), maxInFlight: 1, deadlineMs: 200 },
        async ({ send }) => {
          const first = send(signed(notification("JOB_CREATE", "1")));
          await reached.fired;
          const second = await send(signed(notification("JOB_CREATE", "2")));
          assert.deepEqual([second.status, codeOf(second)], [503, "ERR_OVERLOADED"]);
          assert.equal(codeOf(await first), "ERR_DEADLINE");
          gate.fire();
          assertOutcome(await send(signed(notification("JOB_CREATE", "2"))), "accepted");
        },
      );
    });
  });
}

/** A memory inbox whose `accept` fires `reached` and waits for `gate`. */
function gated(gate: Signal, reached: Signal): Inbox {
  const inbox = createMemoryInbox();
  return {
    ...inbox,
    async accept(delivery) {
      reached.fire();
      await gate.fired;
      return inbox.accept(delivery);
    },
  };
}
