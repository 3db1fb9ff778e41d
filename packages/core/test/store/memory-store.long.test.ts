import { createMemoryStore } from "@jobber-sync/core";
import { checkStoreHistories } from "@jobber-sync/testing/contracts";
import { describe, it } from "vitest";

const open = () => ({ store: createMemoryStore(), close() {} });

describe("the memory store", () => {
  it("ends in the right records after each of 200000 more histories", async () => {
    await checkStoreHistories(open, { histories: 200_000, seed: 1_000_000 });
  }, 1_800_000);
});
