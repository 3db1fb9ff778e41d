import { describe, expect, it } from "vitest";
import { runTwoWriters } from "./two-writers.ts";

describe("20,000 histories of an office user and pushes", () => {
  it.each([0, 5000])(
    "overwrite nothing that a read could show, with a lag of %d ms",
    async (lagMs) => {
      const total = { histories: 0, mutations: 0, conflicts: 0, inWindow: 0 };
      for (let seed = 1; seed < 10_000_000; seed += 100_000) {
        const report = await runTwoWriters(200, seed, lagMs);
        for (const name of Object.keys(total) as (keyof typeof total)[])
          total[name] += report[name];
      }
      console.log(lagMs, total);
      expect(total.histories).toBe(20_000);
      if (lagMs === 0) expect(total.inWindow).toBe(0);
    },
    1_800_000,
  );
});
