import { createMemoryOutbox, createMemoryStore } from "@jobber-sync/core";
import { describe, expect, it } from "vitest";
import { runCreates } from "./creates.ts";

describe("creates while processes die and responses are lost", () => {
  it("never make a second client, and end in done or check", async () => {
    const report = await runCreates({
      creates: 60,
      batch: 20,
      seed: 1,
      open(now) {
        const store = createMemoryStore();
        return { store, outbox: createMemoryOutbox({ store, now }), close() {} };
      },
    });
    expect(report.done + report.check).toBe(60);
    expect(report.crashes).toBeGreaterThan(5);
    expect(report.faults).toBeGreaterThan(5);
  });
});
