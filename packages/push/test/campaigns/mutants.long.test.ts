import { createMemoryOutbox, createMemoryStore } from "@jobber-sync/core";
import { describe, expect, it } from "vitest";
import { createMutantLoader } from "../support/load-mutant.ts";
import { runCreates } from "./creates.ts";
import { LOOK_UP } from "./mutants.ts";

describe("the campaign of creates", () => {
  const load = createMutantLoader();

  it.each(Object.entries(LOOK_UP))("fails when %s", async (_, mutant) => {
    const { createPush } = await load(mutant);
    const open = (now: () => number) => {
      const store = createMemoryStore();
      return { store, outbox: createMemoryOutbox({ store, now }), close() {} };
    };
    const campaign = runCreates({ creates: 400, batch: 20, seed: 1, open, createPush });
    await expect(campaign).rejects.toThrow("seed");
  });
});
