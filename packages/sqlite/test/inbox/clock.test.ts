import { openSqlite } from "@jobber-sync/sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import { delivery } from "../support/deliveries.ts";
import { temporaryFile } from "../support/temporary-file.ts";

const HOUR_MS = 3_600_000;

describe("clock that is set back", () => {
  it("after a tenant was resumed cancels no later pause", async () => {
    let now = 1_769_335_300_000;
    const { inbox, close } = openSqlite(temporaryFile(), { now: () => now });
    onTestFinished(close);
    await inbox.accept(delivery("1"));
    /** Runs the object and pauses it. @returns its state and due time */
    const pause = async () => {
      const object = { tenant: "acme", objectType: "job", objectId: "1" } as const;
      const claim = await inbox.claim(object, { leaseMs: 1000, now });
      if (claim === null) throw new Error("Nothing was claimed.");
      now += 1;
      const settlement = { state: "paused", attempts: 0, reason: "ERR_API_NEEDS_REAUTH" } as const;
      await inbox.settle(
        claim,
        claim.deliveries.map(({ sequence }) => ({ sequence, ...settlement })),
      );
      return (await inbox.list({})).map(({ state, dueAt }) => [state, dueAt]);
    };
    await inbox.resume("acme", { now: now + HOUR_MS });
    expect(await pause()).toEqual([["waiting", now]]);
    now += 1;
    expect(await pause()).toMatchObject([["paused", expect.any(Number)]]);
  });
});
