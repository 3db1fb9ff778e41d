import { createMemoryInbox, createMemoryStore } from "@jobber-sync/core";
import {
  checkInboxHistories,
  checkLaneInterleavings,
  inboxContract,
} from "@jobber-sync/testing/contracts";
import { describe, it } from "vitest";

const open = ({ now }: { readonly now?: () => number } = {}) => {
  const store = createMemoryStore();
  const inbox = createMemoryInbox({ nextSequence: () => store.nextSequence(), now });
  return { store, inbox, close() {} };
};

inboxContract({ describe, it, open, lanes: true });

describe("memory inbox", () => {
  it("runs an object once at a time in random interleavings", () =>
    checkLaneInterleavings({ open }));

  it("follows transitions in random histories", () => checkInboxHistories({ open }));
});
