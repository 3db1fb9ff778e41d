import { describe, expect, it } from "vitest";
import { compareParsers } from "../support/compare-parsers.ts";

describe("parseEvent", () => {
  it("agrees with schemas about 20,000 random bodies, valid and broken", () => {
    const events = compareParsers(20_000, 1);
    expect(events).toBeGreaterThan(10_000);
    expect(events).toBeLessThan(18_000);
  });
});
