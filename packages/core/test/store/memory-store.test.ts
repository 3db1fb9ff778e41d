import { createMemoryStore } from "@jobber-sync/core";
import { syncStoreContract } from "@jobber-sync/testing/contracts";
import { describe, it } from "vitest";

syncStoreContract({
  describe,
  it,
  open: () => ({ store: createMemoryStore(), close() {} }),
  histories: 3000,
});
