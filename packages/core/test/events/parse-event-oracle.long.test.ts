import { describe, expect, it } from "vitest";
import { compareParsers } from "../support/compare-parsers.ts";

describe("parseEvent", () => {
  it("agrees with schemas about 1,000,000 random bodies, valid and broken", () => {
    expect(compareParsers(1_000_000, 2)).toBeGreaterThan(500_000);
  }, 600_000);
});
