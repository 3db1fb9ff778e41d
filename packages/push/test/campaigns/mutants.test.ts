import { describe, expect, it } from "vitest";
import { createMutantLoader } from "../support/load-mutant.ts";
import { PLANNER } from "./mutants.ts";
import { runTwoWriters } from "./two-writers.ts";

describe("the campaign of two writers", () => {
  const load = createMutantLoader();

  it.each(Object.entries(PLANNER))("fails when %s", async (_, mutant) => {
    const { createPush } = await load(mutant);
    await expect(runTwoWriters(150, 1, 0, createPush)).rejects.toThrow("seed");
  });
});
