import { createReceiver, createWorker } from "@jobber-sync/core";
import { signedRequest } from "@jobber-sync/testing";
import { describe, expect, test, vi } from "vitest";
import { runExample } from "./example-process.ts";
import { ACCOUNT, type ExampleUnderTest, SECRET, SLOW_MS, WAIT } from "./example-under-test.ts";

/** A record that no source knows: the examples are tested without a connection to Jobber. */
const NOTICE = {
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

const quiet = { info() {}, warn() {}, error() {} };

/** What an operator can do with the inbox while the server runs. */
export function deliveriesContract(example: ExampleUnderTest): void {
  const { deliveries, post, settings } = example;
  const run = (...args: string[]) => runExample(deliveries, args, settings());

  describe("the operator's script", () => {
    test(
      "lists what was put aside and sets it waiting again",
      async () => {
        expect((await post('{"event":"job.upd')).body).toEqual({ status: "quarantined" });
        expect((await post(NOTICE)).body).toEqual({ status: "accepted" });
        const putAside = async () => {
          const { output } = await run("list");
          expect(output).toMatch(/quarantined +ERR_EVENT_SYNTAX +acme/);
          expect(output).toMatch(/unresolved .*JOB_UPDATE/);
          expect(output).not.toMatch(/waiting|claimed/);
        };
        await vi.waitFor(putAside, WAIT);
        expect(await run("replay", "--tenant", "acme")).toEqual({
          code: 0,
          output: expect.stringContaining("2 set waiting again"),
        });
        // Nothing was mended, so both come back to where they were.
        await vi.waitFor(putAside, WAIT);
        expect((await run("redrive")).output).toContain("0 set waiting again");
        expect((await run("purge")).output).toContain("0 bodies erased");
      },
      SLOW_MS,
    );

    test(
      "redrives a dead letter, which the server then works on",
      async () => {
        await example.whileStopped(() => leaveDeadLetter(example));
        expect((await run("list", "--state", "dead")).output).toMatch(
          /dead +ERR_HANDLER +acme +job\.created/,
        );
        expect((await run("list")).output).toMatch(/dead +ERR_HANDLER/);
        expect((await run("redrive")).output).toContain("1 set waiting again");
        const redriven = async () => {
          const { output } = await run("list", "--state", "done", "--topic", "job.created");
          expect(output).toMatch(/ dead-letter /);
        };
        await vi.waitFor(redriven, WAIT);
        expect((await run("list", "--state", "dead")).output).toContain("none");
      },
      SLOW_MS,
    );
  });
}

/** What a worker leaves behind whose handler fails. */
async function leaveDeadLetter({ open, settings }: ExampleUnderTest): Promise<void> {
  const { inbox, store, close } = await open(settings());
  try {
    const receiver = createReceiver({
      tenants: [{ slug: "acme", secrets: SECRET }],
      inbox,
      logger: quiet,
    });
    const request = signedRequest({ event: "job.created", data: { id: "dead-letter" } }, SECRET);
    await receiver.handle({ method: "POST", tenant: "acme", ...request });
    const fail = () => {
      throw new Error("the accounting system is down");
    };
    const retry = { maxAttempts: 1 };
    await createWorker({ inbox, store, on: { "job.created": fail }, retry, logger: quiet }).drain();
  } finally {
    await close();
  }
}
