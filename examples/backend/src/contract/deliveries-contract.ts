import { createReceiver, createWorker } from "@jobber-sync/core";
import { signedRequest, silentLogger } from "@jobber-sync/testing";
import { describe, expect, test, vi } from "vitest";
import { runExample } from "./example-process.ts";
import { ACCOUNT, type ExampleUnderTest, SECRET, SLOW_MS } from "./example-under-test.ts";

/**
 * Names a record that cannot be fetched: the examples are tested without a connection to Jobber.
 */
const NOTIFICATION = {
  data: {
    webHookEvent: {
      topic: "JOB_UPDATE",
      appId: "3ef22a50-072d-430c-a78f-b7646657560b",
      accountId: ACCOUNT,
      itemId: "Z2lkOi8vSm9iYmVyL0pvYi8xNDY2NTAxNDI=",
      occurredAt: "2026-01-25T13:31:36-06:00",
    },
  },
};

// Each look starts a process, so looks are further apart than in WAIT.
const LOOK = { timeout: 60_000, interval: 500 };

/** Tests `list` against a running server. */
export function listContract({ deliveries, post, settings }: ExampleUnderTest): void {
  test(
    "the deliveries command lists quarantined and unresolved deliveries",
    async () => {
      expect((await post('{"event":"job.upd')).body).toEqual({ status: "quarantined" });
      expect((await post(NOTIFICATION)).body).toEqual({ status: "accepted" });
      await vi.waitFor(async () => {
        const { output } = await runExample(deliveries, ["list"], settings());
        expect(output).toMatch(/quarantined +ERR_EVENT_SYNTAX +acme/);
        expect(output).toMatch(/unresolved .*JOB_UPDATE/);
        expect(output).not.toMatch(/waiting|claimed/);
      }, LOOK);
    },
    SLOW_MS,
  );
}

/**
 * Tests `replay`, `redrive` and `purge` against a running server. Needs the deliveries of {@link
 * listContract}.
 */
export function repairContract(example: ExampleUnderTest): void {
  const { deliveries, settings } = example;
  const run = (...args: string[]) => runExample(deliveries, args, settings());

  describe("the deliveries command", () => {
    test(
      "replays quarantined and unresolved deliveries, which come back while the cause remains",
      async () => {
        expect(await run("replay", "--tenant", "acme")).toEqual({
          code: 0,
          output: expect.stringContaining("2 requeued"),
        });
        await vi.waitFor(async () => {
          const { output } = await run("list");
          expect(output).toMatch(/quarantined +ERR_EVENT_SYNTAX +acme/);
          expect(output).toMatch(/unresolved .*JOB_UPDATE/);
        }, LOOK);
        expect((await run("purge")).output).toContain("0 bodies erased");
      },
      SLOW_MS,
    );

    test(
      "redrives a dead letter, which the server then processes",
      async () => {
        await example.whileStopped(() => leaveDeadLetter(example));
        expect((await run("list", "--state", "dead")).output).toMatch(
          /dead +ERR_HANDLER +acme +job\.created/,
        );
        expect((await run("redrive")).output).toContain("1 requeued");
        await vi.waitFor(async () => {
          const { output } = await run("list", "--state", "done", "--topic", "job.created");
          expect(output).toMatch(/ dead-letter /);
        }, LOOK);
      },
      SLOW_MS,
    );
  });
}

/** Leaves the dead letter of a worker whose handler throws. */
async function leaveDeadLetter({ open, settings }: ExampleUnderTest): Promise<void> {
  const { inbox, store, close } = await open(settings());
  try {
    const receiver = createReceiver({
      tenants: [{ slug: "acme", secrets: SECRET }],
      inbox,
      logger: silentLogger,
    });
    const request = signedRequest({ event: "job.created", data: { id: "dead-letter" } }, SECRET);
    await receiver.handle({ method: "POST", tenant: "acme", ...request });
    const fail = () => {
      throw new Error("the accounting system is down");
    };
    const retry = { maxAttempts: 1 };
    const on = { "job.created": fail };
    await createWorker({ inbox, store, on, retry, logger: silentLogger }).drain();
  } finally {
    await close();
  }
}
