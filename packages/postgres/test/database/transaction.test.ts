import { JobberSyncError } from "@jobber-sync/core";
import type { SqlClient, SqlPool } from "@jobber-sync/postgres";
import { describe, expect, it } from "vitest";
import { storeError } from "../../src/database/store-error.ts";
import { BEGIN, inSeries, type Run, runTransaction } from "../../src/database/transaction.ts";

/** A pool that records the statements and releases of its only connection. */
function recordingPool() {
  const sent: string[] = [];
  const releases: unknown[] = [];
  const pool: SqlPool = {
    query: async () => ({ rows: [] }),
    connect: async () => ({
      async query(text) {
        sent.push(text);
        return { rows: [] };
      },
      release: (error) => releases.push(error),
    }),
  };
  return { sent, releases, pool };
}

const rejection = (code: string) => Object.assign(new Error("rejected"), { code });

it("runTransaction retries after a conflict, also if the error was already coded", async () => {
  for (const wrap of [(error: Error) => error, storeError]) {
    const { sent, pool } = recordingPool();
    let attempts = 0;
    const result = await runTransaction(pool, async () => {
      attempts += 1;
      if (attempts < 3) throw wrap(rejection(attempts === 1 ? "40P01" : "40001"));
      return "done";
    });
    expect(result).toBe("done");
    expect(sent).toEqual([BEGIN, "ROLLBACK", BEGIN, "ROLLBACK", BEGIN, "COMMIT"]);
  }
});

it("runTransaction rejects after 4 conflicts", async () => {
  const { pool } = recordingPool();
  let attempts = 0;
  const work = async () => {
    attempts += 1;
    throw rejection("40P01");
  };
  await expect(runTransaction(pool, work)).rejects.toMatchObject({ code: "ERR_STORE_BUSY" });
  expect(attempts).toBe(4);
});

it("runTransaction closes a connection to a standby or with an outdated plan, and no other", async () => {
  const closed = async (error: Error) => {
    const { releases, pool } = recordingPool();
    const work = async () => {
      throw error;
    };
    await expect(runTransaction(pool, work)).rejects.toBeInstanceOf(JobberSyncError);
    expect(releases).toHaveLength(1);
    return releases[0] instanceof Error;
  };
  expect(await closed(rejection("25006"))).toBe(true);
  expect(await closed(storeError(rejection("25006")))).toBe(true);
  expect(await closed(rejection("0A000"))).toBe(true);
  expect(await closed(rejection("23514"))).toBe(false);
});

it("runTransaction rejects at its time limit and closes the connection", async () => {
  const releases: unknown[] = [];
  const pool: SqlPool = {
    query: async () => ({ rows: [] }),
    connect: async () => ({
      pipeline: true,
      query: () => new Promise<never>(() => {}),
      release: (error) => releases.push(error),
    }),
  };
  for (const eager of [false, true]) {
    await expect(
      runTransaction(pool, (run) => run("SELECT", []), { giveUpMs: 10, eager }),
    ).rejects.toMatchObject({ code: "ERR_STORE_BUSY" });
  }
  expect(releases).toEqual([expect.any(Error), expect.any(Error)]);
});

describe("statements of an eager transaction", () => {
  /** A connection whose statements the test settles. */
  function slowPool(pipeline: boolean) {
    const sent: string[] = [];
    const responses: ((error?: Error) => void)[] = [];
    const pool: SqlPool = {
      query: async () => ({ rows: [] }),
      connect: async () => ({
        pipeline,
        query: (text) => {
          sent.push(text);
          return new Promise((resolve, reject) => {
            responses.push((error) =>
              error === undefined ? resolve({ rows: [] }) : reject(error),
            );
          });
        },
        release: () => {},
      }),
    };
    return { sent, responses, pool };
  }

  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const two = async (run: Run, client: SqlClient) => {
    const first = run("first", []);
    await inSeries(client, first);
    await Promise.all([first, run("second", [])]);
  };

  it("are sent together on a pipelining connection, COMMIT after all have returned", async () => {
    const { sent, responses, pool } = slowPool(true);
    const done = runTransaction(pool, two, { eager: true });
    await turn();
    expect(sent).toEqual([BEGIN, "first", "second"]);
    for (const response of responses.splice(0)) response();
    await turn();
    expect(sent.slice(3)).toEqual(["COMMIT"]);
    for (const response of responses.splice(0)) response();
    await done;
  });

  it("are sent one by one on other connections", async () => {
    const { sent, responses, pool } = slowPool(false);
    const done = runTransaction(pool, two, { eager: true });
    for (const text of [BEGIN, "first", "second", "COMMIT"]) {
      await turn();
      expect(sent.splice(0)).toEqual([text]);
      responses.shift()?.();
    }
    await done;
  });

  it("are not committed if one of them fails, including BEGIN", async () => {
    for (const failing of [0, 1, 2]) {
      const { sent, responses, pool } = slowPool(true);
      const done = runTransaction(pool, two, { eager: true }).catch((error: unknown) => error);
      await turn();
      for (const [index, response] of responses.splice(0).entries())
        response(index === failing ? rejection("53100") : undefined);
      await turn();
      expect(sent.slice(3)).toEqual(["ROLLBACK"]);
      for (const response of responses.splice(0)) response();
      expect(await done).toMatchObject({ code: "ERR_STORE_FULL" });
    }
  });
});
