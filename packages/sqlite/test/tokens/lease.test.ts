import { openSqlite } from "@jobber-sync/sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import { temporaryFile } from "../support/temporary-file.ts";

const TTL_MS = 30_000;

describe("a lease, when the clock is set back", () => {
  it("by a step still holds, and by more than it is long does not hold for all that time", async () => {
    let now = 1_769_335_300_000;
    const { lease, close } = openSqlite(temporaryFile(), { now: () => now });
    onTestFinished(close);
    expect(await lease.acquire("acme", "a", TTL_MS)).toBe(true);
    now -= 1000;
    expect(await lease.acquire("acme", "b", TTL_MS)).toBe(false);
    // The length of the one that asks says nothing.
    expect(await lease.acquire("acme", "b", 10)).toBe(false);
    now -= 3_600_000;
    expect(await lease.acquire("acme", "b", TTL_MS)).toBe(true);
    expect(await lease.acquire("acme", "a", TTL_MS)).toBe(false);
  });
});
