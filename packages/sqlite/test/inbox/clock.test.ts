import type { Claim, ObjectRef, Settlement } from "@jobber-sync/core/ports";
import { openSqlite } from "@jobber-sync/sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import { delivery } from "../support/deliveries.ts";
import { temporaryFile } from "../support/temporary-file.ts";

const RIGHT = 1_769_335_300_000;
const HOUR_MS = 3_600_000;
const LEASE_MS = 60_000;
const OBJECT: ObjectRef = { tenant: "acme", objectType: "job", objectId: "1" };

describe("clock that was fast and is corrected", () => {
  it("leaves no accepted delivery waiting", async () => {
    const { inbox, clock, accept, due, claim } = open();
    clock.now += 2 * HOUR_MS;
    await accept();
    clock.now = RIGHT;
    expect(await due()).toEqual([OBJECT]);
    expect(await claim()).not.toBeNull();
    expect(await inbox.list({})).toMatchObject([{ state: "claimed" }]);
  });

  it.each([
    ["short", 1000],
    ["long", 20 * HOUR_MS],
  ])("leaves no delivery waiting that was released with a %s delay", async (_, delayMs) => {
    const { inbox, clock, accept, due, claim, waiting } = open();
    clock.now += 2 * HOUR_MS;
    await accept();
    const first = await claim();
    await inbox.settle(first, [waiting(first, clock.now + delayMs)]);
    expect(await due()).toEqual([]);
    clock.now = RIGHT;
    expect(await due()).toEqual([OBJECT]);
    expect(await claim()).not.toBeNull();
  });

  it("keeps the delay of a delivery that was released after the correction", async () => {
    const { inbox, clock, accept, due, claim, waiting } = open();
    await accept();
    const first = await claim();
    await inbox.settle(first, [waiting(first, RIGHT + HOUR_MS)]);
    expect(await due()).toEqual([]);
    expect(await claim()).toBeNull();
    // A small correction, such as a leap second, makes nothing due.
    clock.now -= 9_000;
    expect(await due()).toEqual([]);
  });

  it("ends claims whose lease would last for hours", async () => {
    const { clock, accept, due, claim } = open();
    clock.now += 2 * HOUR_MS;
    await accept();
    expect(await claim()).not.toBeNull();
    clock.now = RIGHT;
    expect(await due()).toEqual([OBJECT]);
    expect(await claim()).not.toBeNull();
  });

  it("ends no claim after a small correction", async () => {
    const { clock, accept, due, claim } = open();
    await accept();
    await claim();
    clock.now -= 9_000;
    expect(await due()).toEqual([]);
    expect(await claim()).toBeNull();
  });

  it("cancels only one pause after a resume in the future", async () => {
    const { inbox, clock, accept, claim } = open();
    await accept();
    /** Runs the object and pauses it. @returns its state and due time */
    const pause = async () => {
      const claimed = await claim();
      clock.now += 1;
      const settlement = { state: "paused", attempts: 0, reason: "ERR_API_NEEDS_REAUTH" } as const;
      await inbox.settle(
        claimed,
        claimed.deliveries.map(({ sequence }) => ({ sequence, ...settlement })),
      );
      return (await inbox.list({})).map(({ state, dueAt }) => [state, dueAt]);
    };
    await inbox.resume("acme", { now: clock.now + HOUR_MS });
    expect(await pause()).toEqual([["waiting", clock.now]]);
    clock.now += 1;
    expect(await pause()).toMatchObject([["paused", expect.any(Number)]]);
  });
});

function open() {
  const clock = { now: RIGHT };
  const { inbox, close } = openSqlite(temporaryFile(), { now: () => clock.now });
  onTestFinished(close);
  return {
    inbox,
    clock,
    accept: () => inbox.accept(delivery("1", { receivedAt: clock.now })),
    due: () => inbox.due({ now: clock.now, limit: 10 }),
    // The tests compare null where they expect it.
    claim: () => inbox.claim(OBJECT, { leaseMs: LEASE_MS, now: clock.now }) as Promise<Claim>,
    waiting({ deliveries }: Claim, dueAt: number): Settlement {
      const [row] = deliveries;
      if (row === undefined) throw new Error("The claim has no rows.");
      const counts = { attempts: 1, retries: 0, recheckSince: null, reason: "ERR_STORE" };
      return { sequence: row.sequence, state: "waiting", dueAt, ...counts };
    },
  };
}
