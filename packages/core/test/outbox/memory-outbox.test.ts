import { createMemoryInbox, createMemoryOutbox, createMemoryStore } from "@jobber-sync/core";
import { outboxContract } from "@jobber-sync/testing/contracts";
import { describe, expect, it } from "vitest";

outboxContract({
  describe,
  it,
  open({ now }) {
    const store = createMemoryStore();
    const lanes = new Map();
    const inbox = createMemoryInbox({ nextSequence: () => store.nextSequence(), lanes, now });
    return { store, inbox, outbox: createMemoryOutbox({ store, lanes, now }), close() {} };
  },
});

describe("createMemoryOutbox", () => {
  it("rejects a transaction that it cannot join", async () => {
    const outbox = createMemoryOutbox({ store: createMemoryStore() });
    await expect(outbox.put({} as never, { transaction: {} })).rejects.toThrow(TypeError);
  });
});
