import { createMemoryStore } from "@jobber-sync/core";
import { changeFeedContract } from "@jobber-sync/testing/contracts";
import { describe, it } from "vitest";

changeFeedContract({
  describe,
  it,
  histories: 60,
  open({ now }) {
    const store = createMemoryStore({ now });
    return { store, changes: store.changes, close() {} };
  },
});
