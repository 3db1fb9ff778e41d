import type { IncomingIntent } from "@jobber-sync/core/ports";
import { sql } from "drizzle-orm";
import { drizzle, type NodePgDatabase } from "drizzle-orm/node-postgres";
import { CompiledQuery, Kysely, PostgresDialect, type Transaction } from "kysely";
import { describe, expect, it } from "vitest";
import { testDatabase } from "../support/test-database.ts";

const database = testDatabase();

const INTENT: IncomingIntent = {
  ...{ tenant: "acme", key: "edit-1", objectType: "client", objectId: null, ref: "lead" },
  ...{ creates: false, verb: "contact.edit", action: { wanted: { firstName: "Ann" } } },
  ...{ contentHash: "one", matches: ["mail-a"], by: "user:7", createdAt: Date.now() },
  dependsOn: [{ objectType: "client", ref: "lead" }],
};

// As docs/push.md shows them.
function ofKysely(transaction: Transaction<unknown>) {
  return {
    query: (text: string, values: unknown[] = []) =>
      transaction.executeQuery(CompiledQuery.raw(text, values)),
  };
}

function ofDrizzle(transaction: Pick<NodePgDatabase, "execute">) {
  return {
    query(text: string, values: unknown[] = []) {
      const parts = text.split(/\$(\d+)/);
      const chunks = parts.map((part, index) =>
        index % 2 === 0 ? sql.raw(part) : sql.param(values[Number(part) - 1]),
      );
      return transaction.execute(sql.join(chunks));
    },
  };
}

/** Runs `put` in a transaction of the query builder, which fails with `error` unless it is null. */
const BUILDERS: Readonly<
  Record<
    string,
    (put: (transaction: unknown) => Promise<unknown>, error: Error | null) => Promise<void>
  >
> = {
  async Kysely(put, error) {
    // The pool is the test's: do not destroy it.
    const kysely = new Kysely({ dialect: new PostgresDialect({ pool: database.pool as never }) });
    await kysely.transaction().execute(async (transaction) => {
      await put(ofKysely(transaction as Transaction<unknown>));
      if (error !== null) throw error;
    });
  },
  async Drizzle(put, error) {
    await drizzle(database.pool as never).transaction(async (transaction) => {
      await put(ofDrizzle(transaction));
      if (error !== null) throw error;
    });
  },
};

describe.each(Object.entries(BUILDERS))("outbox.put in a transaction of %s", (_, run) => {
  it("stores the intent with the commit, and nothing when it rolls back", async () => {
    const { outbox } = await database.openEmptied();
    const put = (transaction: unknown) => outbox.put(INTENT, { transaction });
    await expect(run(put, new Error("rolled back"))).rejects.toThrow("rolled back");
    expect(await outbox.list({})).toEqual([]);
    await run(put, null);
    expect(await outbox.list({ matches: ["mail-a"] })).toMatchObject([
      { key: "edit-1", state: "held", by: "user:7" },
    ]);
    expect((await outbox.put(INTENT)).outcome).toBe("duplicate");
  });
});
