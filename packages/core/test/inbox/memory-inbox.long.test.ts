import { createMemoryInbox, createMemoryStore } from "@jobber-sync/core";
import { checkInboxHistories, checkLaneInterleavings } from "@jobber-sync/testing/contracts";
import { describe, it } from "vitest";

function open({ now }: { readonly now?: () => number } = {}) {
  const store = createMemoryStore();
  const inbox = createMemoryInbox({ nextSequence: () => store.nextSequence(), now });
  return { store, inbox, close() {} };
}

describe("memory inbox", () => {
  it("runs an object once at a time in 20,000 random interleavings", () =>
    checkLaneInterleavings({ open, interleavings: 20_000 }));

  it("follows transitions in 20,000 random histories", () =>
    checkInboxHistories({ open, histories: 20_000 }));
});
