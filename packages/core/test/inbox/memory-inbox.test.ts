import { createMemoryInbox, createMemoryStore } from "@jobber-sync/core";
import { checkLaneInterleavings, inboxContract } from "@jobber-sync/testing/contracts";
import { describe, it } from "vitest";

const open = () => {
  const store = createMemoryStore();
  const inbox = createMemoryInbox({ nextSequence: () => store.nextSequence() });
  return { store, inbox, close() {} };
};

inboxContract({ describe, it, open, lanes: true });

describe("memory inbox", () => {
  it("runs an object once at a time in random interleavings", () =>
    checkLaneInterleavings({ open }));
});
