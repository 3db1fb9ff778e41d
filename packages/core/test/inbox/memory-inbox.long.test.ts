import { createMemoryInbox } from "@jobber-sync/core";
import { checkLaneInterleavings } from "@jobber-sync/testing/contracts";
import { describe, it } from "vitest";

describe("memory inbox", () => {
  it("runs an object once at a time in 20,000 random interleavings", () =>
    checkLaneInterleavings({
      open: () => {
        let sequence = 0;
        const nextSequence = async () => ++sequence;
        return { store: { nextSequence }, inbox: createMemoryInbox({ nextSequence }), close() {} };
      },
      interleavings: 20_000,
    }));
});
