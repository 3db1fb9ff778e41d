import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { IncomingIntent } from "@jobber-sync/core/ports";
import { openSqlite } from "@jobber-sync/sqlite";
import { outboxContract } from "@jobber-sync/testing/contracts";
import { describe, expect, it, onTestFinished } from "vitest";

outboxContract({
  describe,
  it,
  open({ now }) {
    const folder = mkdtempSync(join(tmpdir(), "jobber-sync-sqlite-"));
    const { outbox, inbox, store, close } = openSqlite(join(folder, "jobber.db"), { now });
    return {
      ...{ outbox, inbox, store },
      async close() {
        await close();
        rmSync(folder, { recursive: true });
      },
    };
  },
});

const NOW = Date.parse("2026-01-25T10:00:00Z");
const INTENT: IncomingIntent = {
  ...{ tenant: "acme", key: "edit-1", objectType: "client", objectId: "Y2xpZW50", ref: null },
  ...{ creates: false, verb: "contact.edit", action: { wanted: { firstName: "Ann" } } },
  ...{ contentHash: "one", dependsOn: [], matches: ["mail-a"], by: "user:7", createdAt: NOW },
};

function openBoth() {
  const folder = mkdtempSync(join(tmpdir(), "jobber-sync-sqlite-"));
  const path = join(folder, "jobber.db");
  const { outbox, close } = openSqlite(path, { now: () => NOW });
  const database = new DatabaseSync(path);
  onTestFinished(async () => {
    database.close();
    await close();
    rmSync(folder, { recursive: true });
  });
  const insideTransaction = (intent: IncomingIntent, end: "COMMIT" | "ROLLBACK") => {
    database.exec("BEGIN IMMEDIATE");
    try {
      for (const { sql, values } of outbox.prepare(intent)) database.prepare(sql).run(...values);
    } catch (error) {
      database.exec("ROLLBACK");
      throw error;
    }
    database.exec(end);
  };
  return { outbox, insideTransaction };
}

describe("outbox.prepare", () => {
  it("stores an intent in the caller's transaction, and nothing when it rolls back", async () => {
    const { outbox, insideTransaction } = openBoth();
    insideTransaction(INTENT, "ROLLBACK");
    expect(await outbox.list({})).toEqual([]);
    insideTransaction(INTENT, "COMMIT");
    insideTransaction(INTENT, "COMMIT");
    const [intent, ...others] = await outbox.list({ matches: ["mail-a"] });
    expect(others).toEqual([]);
    expect(intent).toMatchObject({ ...INTENT, state: "waiting", dueAt: NOW });
    expect(await outbox.log(intent?.sequence ?? 0)).toMatchObject([{ event: "planned" }]);
    expect(await outbox.due({ now: NOW, limit: 1 })).toHaveLength(1);
    expect((await outbox.put(INTENT)).outcome).toBe("duplicate");
  });

  it("fails the transaction for a key with another content", async () => {
    const { outbox, insideTransaction } = openBoth();
    await outbox.put(INTENT);
    const other = { ...INTENT, contentHash: "another" };
    expect(() => insideTransaction(other, "COMMIT")).toThrow("content_hash");
    expect((await outbox.list({}))[0]?.contentHash).toBe("one");
  });

  it("rejects a transaction that put cannot join", async () => {
    const { outbox } = openBoth();
    expect(() => outbox.put(INTENT, { transaction: {} })).toThrow(TypeError);
  });
});
