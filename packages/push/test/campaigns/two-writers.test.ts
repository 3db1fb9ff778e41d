import { describe, expect, it } from "vitest";
import { runTwoWriters } from "./two-writers.ts";

describe("an office user and pushes that change the same client", () => {
  it("never overwrite each other when reads are fresh", async () => {
    const { inWindow, mutations, conflicts } = await runTwoWriters(150, 1, 0);
    expect(inWindow).toBe(0);
    expect(mutations).toBeGreaterThan(50);
    expect(conflicts).toBeGreaterThan(10);
  });

  it("overwrite only changes that a lagging replica does not show yet", async () => {
    const { mutations } = await runTwoWriters(100, 10_000, 5000);
    expect(mutations).toBeGreaterThan(20);
  });
});
