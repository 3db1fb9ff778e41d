import type { IncomingIntent } from "@jobber-sync/core/ports";
import { outboxContract } from "@jobber-sync/testing/contracts";
import { describe, expect, it } from "vitest";
import { testDatabase } from "../support/test-database.ts";

const database = testDatabase();

outboxContract({
  describe,
  it,
  async open({ now }) {
    const { outbox, inbox, store } = await database.openEmptied({ clock: "caller", now });
    return { outbox, inbox, store, close: async () => {} };
  },
});

const INTENT: IncomingIntent = {
  ...{ tenant: "acme", key: "edit-1", objectType: "client", objectId: "Y2xpZW50", ref: null },
  ...{ creates: false, verb: "contact.edit", action: { wanted: { firstName: "Ann\u0000" } } },
  ...{ contentHash: "one", dependsOn: [], matches: ["mail-a"], by: "user:7" },
  createdAt: Date.now(),
};

describe("outbox.put in the caller's transaction", () => {
  it("stores the intent with the commit, and nothing when it rolls back", async () => {
    const { outbox } = await database.openEmptied();
    const client = await database.pool.connect();
    try {
      for (const end of ["ROLLBACK", "COMMIT"]) {
        await client.query("BEGIN");
        await outbox.put(INTENT, { transaction: client });
        expect(await outbox.list({})).toEqual([]);
        await client.query(end);
        expect(await outbox.list({})).toHaveLength(end === "COMMIT" ? 1 : 0);
      }
    } finally {
      client.release();
    }
    expect((await outbox.put(INTENT)).outcome).toBe("duplicate");
    expect(await outbox.due({ now: Date.now(), limit: 1 })).toHaveLength(1);
  });

  it("rejects what is not a connection, and a key with another content", async () => {
    const { outbox } = await database.openEmptied();
    await expect(outbox.put(INTENT, { transaction: {} })).rejects.toThrow(TypeError);
    await outbox.put(INTENT);
    const client = await database.pool.connect();
    try {
      await client.query("BEGIN");
      const other = { ...INTENT, contentHash: "another" };
      await expect(outbox.put(other, { transaction: client })).rejects.toMatchObject({
        code: "ERR_PUSH_KEY_REUSED",
      });
      await client.query("ROLLBACK");
    } finally {
      client.release();
    }
  });
});

describe("the outbox's clock", () => {
  it("is the database's: the times of a caller whose clock is wrong come back as it gave them", async () => {
    const wrong = () => Date.now() + 7_200_000;
    const { outbox } = await database.openEmptied({ now: wrong });
    const { sequence } = await outbox.put({ ...INTENT, createdAt: wrong() });
    const object = { tenant: "acme", objectType: "client", objectId: "Y2xpZW50" } as const;
    const claim = await outbox.claim(object, { leaseMs: 60_000, now: wrong() });
    expect(claim?.intents).toHaveLength(1);
    if (claim === null) return;
    expect(await outbox.markSent(claim, sequence, { now: wrong() })).toBe(true);
    const [{ sentAt } = { sentAt: null }] = await outbox.list({});
    expect(Math.abs((sentAt ?? 0) - wrong())).toBeLessThan(5000);
  });
});
