import { createMemoryStore } from "@jobber-sync/core";
import { syncStoreContract } from "@jobber-sync/testing/contracts";
import { describe, it } from "vitest";

// Few histories: that the whole contract holds is for each store's own tests, here it only has to
// run.
syncStoreContract({
  describe,
  it,
  histories: 200,
  open: () => ({ store: createMemoryStore(), close() {} }),
});
