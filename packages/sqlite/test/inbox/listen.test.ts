import type { Claim, Settlement } from "@jobber-sync/core/ports";
import { openSqlite } from "@jobber-sync/sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import { delivery } from "../support/deliveries.ts";
import { temporaryFile } from "../support/temporary-file.ts";

// One look an hour, so that every run follows from a wake-up.
const POLL_MS = 3_600_000;
const NOW = 1_769_335_300_000;

describe("listen", () => {
  it("runs a delivery that this process accepts without waiting for the next look", async () => {
    const { inbox, nextRun } = listening();
    const run = nextRun();
    await inbox.accept(delivery("1"));
    expect(await run).toBe("1");
  });

  it("runs deliveries that are released, replayed and resumed at once", async () => {
    const { inbox, nextRun, settleAs } = listening();
    const first = nextRun();
    await inbox.accept(delivery("1"));
    await first;
    for (const state of ["waiting", "dead", "paused"] as const) {
      const run = nextRun();
      await settleAs(state);
      if (state === "dead") expect(await inbox.replay({ states: ["dead"] })).toBe(1);
      if (state === "paused") expect(await inbox.resume("acme")).toBe(1);
      expect(await run).toBe("1");
    }
  });
});

function listening() {
  const opened = openSqlite(temporaryFile(), { pollMs: POLL_MS, now: () => NOW });
  const { inbox, close } = opened;
  let claim: Claim | null = null;
  let onRun = (_id: string) => {};
  const stop = new AbortController();
  const ended = inbox.listen(
    async (object) => {
      const taken = await inbox.claim(object, { leaseMs: 60_000, now: NOW });
      if (taken === null) return;
      claim = taken;
      onRun(object.objectId);
    },
    {
      concurrency: 1,
      signal: stop.signal,
      onError(error) {
        throw error;
      },
    },
  );
  onTestFinished(async () => {
    stop.abort();
    await ended;
    await close();
  });
  return {
    inbox,
    /** Resolves with the object of the next run. Call it before the run is triggered. */
    nextRun: () =>
      new Promise<string>((resolve) => {
        onRun = resolve;
      }),
    async settleAs(state: "waiting" | "dead" | "paused") {
      if (claim === null) throw new Error("Nothing was claimed.");
      const { deliveries } = claim;
      const common = { attempts: 0, reason: "ERR_STORE" };
      await inbox.settle(
        claim,
        deliveries.map(
          ({ sequence }): Settlement =>
            state === "waiting"
              ? { ...common, sequence, state, dueAt: NOW, retries: 0, recheckSince: null }
              : { ...common, sequence, state },
        ),
      );
    },
  };
}
