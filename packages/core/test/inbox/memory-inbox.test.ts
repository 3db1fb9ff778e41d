import { createMemoryInbox, createMemoryStore } from "@jobber-sync/core";
import { inboxContract } from "@jobber-sync/testing/contracts";
import { describe, it } from "vitest";

inboxContract({
  describe,
  // Rules that wait for a lease wait together.
  it: it.concurrent,
  interleavings: 500,
  histories: 500,
  open({ now }) {
    const store = createMemoryStore();
    const inbox = createMemoryInbox({ nextSequence: () => store.nextSequence(), now });
    return { store, inbox, close() {} };
  },
});
