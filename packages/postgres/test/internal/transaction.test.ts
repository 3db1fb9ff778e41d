import { JobberSyncError } from "@jobber-sync/core";
import type { SqlPool } from "@jobber-sync/postgres";
import { expect, it } from "vitest";
import { storeError } from "../../src/internal/store-error.ts";
import { runTransaction } from "../../src/internal/transaction.ts";

/** A pool that notes what is said to its only connection, and how that comes back. */
function notingPool() {
  const said: string[] = [];
  const releases: unknown[] = [];
  const pool: SqlPool = {
    query: async () => ({ rows: [] }),
    connect: async () => ({
      async query(text) {
        said.push(text);
        return { rows: [] };
      },
      release: (error) => releases.push(error),
    }),
  };
  return { said, releases, pool };
}

const refusal = (code: string) => Object.assign(new Error("refused"), { code });

it("is run again when it lost against another, also where that was turned into a coded error on the way", async () => {
  for (const wrap of [(error: Error) => error, storeError]) {
    const { said, pool } = notingPool();
    let attempts = 0;
    const result = await runTransaction(pool, async () => {
      attempts += 1;
      if (attempts < 3) throw wrap(refusal(attempts === 1 ? "40P01" : "40001"));
      return "done";
    });
    expect(result).toBe("done");
    expect(said).toEqual(["BEGIN", "ROLLBACK", "BEGIN", "ROLLBACK", "BEGIN", "COMMIT"]);
  }
});

it("is given up when it keeps losing", async () => {
  const { pool } = notingPool();
  let attempts = 0;
  const work = async () => {
    attempts += 1;
    throw refusal("40P01");
  };
  await expect(runTransaction(pool, work)).rejects.toMatchObject({ code: "ERR_STORE_BUSY" });
  expect(attempts).toBe(4);
});

it("closes a connection that leads to a standby or keeps a plan that is out of date, and no other", async () => {
  const closed = async (error: Error) => {
    const { releases, pool } = notingPool();
    const work = async () => {
      throw error;
    };
    await expect(runTransaction(pool, work)).rejects.toBeInstanceOf(JobberSyncError);
    expect(releases).toHaveLength(1);
    return releases[0] instanceof Error;
  };
  expect(await closed(refusal("25006"))).toBe(true);
  expect(await closed(storeError(refusal("25006")))).toBe(true);
  expect(await closed(refusal("0A000"))).toBe(true);
  expect(await closed(refusal("23514"))).toBe(false);
});
