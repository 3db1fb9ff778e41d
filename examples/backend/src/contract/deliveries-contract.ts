import { describe, expect, test, vi } from "vitest";
import { runExample } from "./example-process.ts";
import { ACCOUNT, type ExampleUnderTest, SLOW_MS, WAIT } from "./example-under-test.ts";

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

/** What an operator can do with the inbox while the server runs. */
export function deliveriesContract({ deliveries, post, settings }: ExampleUnderTest): void {
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
  });
}
