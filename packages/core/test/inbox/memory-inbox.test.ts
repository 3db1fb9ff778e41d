import { createMemoryInbox, createMemoryStore } from "@jobber-sync/core";
import { inboxContract } from "@jobber-sync/testing/contracts";
import { describe, it } from "vitest";

inboxContract({
  describe,
  it,
  lanes: true,
  open: () => {
    const store = createMemoryStore();
    return {
      store,
      inbox: createMemoryInbox({ nextSequence: () => store.nextSequence() }),
      close: () => {},
    };
  },
});
