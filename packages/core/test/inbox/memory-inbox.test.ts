import { createMemoryInbox, createMemoryStore } from "@jobber-sync/core";
import { inboxContract } from "@jobber-sync/testing/contracts";
import { describe, it } from "vitest";

inboxContract({
  describe,
  it,
  open: () => {
    const store = createMemoryStore();
    return {
      store,
      inbox: createMemoryInbox({ nextSequence: () => store.nextSequence() }),
      close: () => {},
    };
  },
});
