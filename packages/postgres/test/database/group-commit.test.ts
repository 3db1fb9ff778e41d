import { describe, expect, it } from "vitest";
import { createGroupCommit } from "../../src/database/group-commit.ts";

/** A `write` whose batches end when the test calls `end()`. */
function gate() {
  const batches: { readonly items: readonly string[]; end(error?: Error): void }[] = [];
  const write = (items: readonly string[]) =>
    new Promise<readonly string[]>((resolve, reject) => {
      batches.push({
        items,
        end: (error) =>
          error === undefined ? resolve(items.map((item) => `${item}!`)) : reject(error),
      });
    });
  return { batches, write };
}

const options = { weigh: (item: string) => item.length, maxItems: 3, maxBytes: 100, lanes: 1 };
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("group commit", () => {
  it("batches items of one event loop turn, and those that arrive during a write in the next batch", async () => {
    const { batches, write } = gate();
    const commit = createGroupCommit<string, string>({ ...options, write });
    const first = [commit("a"), commit("b")];
    await turn();
    const second = commit("c");
    await turn();
    expect(batches.map(({ items }) => items)).toEqual([["a", "b"]]);
    batches[0]?.end();
    expect(await Promise.all(first)).toEqual(["a!", "b!"]);
    await turn();
    expect(batches[1]?.items).toEqual(["c"]);
    batches[1]?.end();
    expect(await second).toBe("c!");
  });

  it("limits a batch by count and bytes, and writes an oversized item alone", async () => {
    const { batches, write } = gate();
    const commit = createGroupCommit<string, string>({ ...options, maxBytes: 10, write });
    const all = ["1", "2", "3", "4", "x".repeat(8), "y".repeat(50)].map(commit);
    for (let index = 0; index < 4; index += 1) {
      await turn();
      batches[index]?.end();
      await turn();
    }
    expect(batches.map(({ items }) => items.length)).toEqual([3, 2, 1]);
    await Promise.all(all);
  });

  it("splits many items across free lanes, and keeps few together", async () => {
    const { batches, write } = gate();
    const commit = createGroupCommit<string, string>({
      ...options,
      maxItems: 256,
      lanes: 2,
      write,
    });
    const many = Array.from({ length: 50 }, (_, index) => commit(String(index)));
    await turn();
    expect(batches.map(({ items }) => items.length)).toEqual([25, 25]);
    for (const batch of batches) batch.end();
    await Promise.all(many);
    const few = Array.from({ length: 10 }, (_, index) => commit(String(index)));
    await turn();
    expect(batches.slice(2).map(({ items }) => items.length)).toEqual([10]);
    batches[2]?.end();
    await Promise.all(few);
  });

  it("never batches two items that share a key, and keeps their order", async () => {
    const { batches, write } = gate();
    const commit = createGroupCommit<string, string>({
      ...options,
      keysOf: (item) => [item.slice(0, 1)],
      write,
    });
    const all = ["a1", "b1", "a2", "a3", "b2"].map(commit);
    for (let index = 0; index < 3; index += 1) {
      await turn();
      batches[index]?.end();
      await turn();
    }
    expect(batches.map(({ items }) => items)).toEqual([["a1", "b1"], ["a2", "b2"], ["a3"]]);
    await Promise.all(all);
  });

  it("never writes two items that share a key at the same time, in whichever lanes", async () => {
    const { batches, write } = gate();
    const commit = createGroupCommit<string, string>({
      ...options,
      lanes: 2,
      keysOf: (item) => [item.slice(0, 1)],
      write,
    });
    const all = [commit("a1")];
    await turn();
    all.push(...["a2", "b1", "a3"].map(commit));
    await turn();
    expect(batches.map(({ items }) => items)).toEqual([["a1"], ["b1"]]);
    for (let index = 0; index < 4; index += 1) {
      batches[index]?.end();
      await turn();
      await turn();
    }
    expect(batches.map(({ items }) => items)).toEqual([["a1"], ["b1"], ["a2"], ["a3"]]);
    expect(await Promise.all(all)).toEqual(["a1!", "a2!", "b1!", "a3!"]);
  });

  it("retries a batch item by item after a value was rejected, and not after other errors", async () => {
    const rejected = Object.assign(new Error("check"), { code: "23514" });
    const lost = Object.assign(new Error("gone"), { code: "57P01" });
    const tried: string[] = [];
    const writeWith = (error: Error) => async (items: readonly string[]) => {
      tried.push(items.join(""));
      if (items.includes("b")) throw error;
      return items;
    };
    const oneByOne = createGroupCommit<string, string>({ ...options, write: writeWith(rejected) });
    const results = await Promise.allSettled(["a", "b", "c"].map(oneByOne));
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(tried.splice(0)).toEqual(["abc", "a", "b", "c"]);
    const together = createGroupCommit<string, string>({ ...options, write: writeWith(lost) });
    const failed = await Promise.allSettled(["a", "b", "c"].map(together));
    expect(failed.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    expect(tried).toEqual(["abc"]);
  });

  it("rejects with ERR_STORE_BUSY at the time limit, and drops items that are still queued", async () => {
    const { batches, write } = gate();
    const commit = createGroupCommit<string, string>({ ...options, timeoutMs: 20, write });
    const first = commit("a").catch((error: unknown) => error);
    await turn();
    const second = commit("b").catch((error: unknown) => error);
    expect(await Promise.all([first, second])).toMatchObject([
      { code: "ERR_STORE_BUSY" },
      { code: "ERR_STORE_BUSY" },
    ]);
    batches[0]?.end();
    await turn();
    await turn();
    expect(batches).toHaveLength(1);
  });

  it("removes timed-out items at once, however long the lanes are busy", async () => {
    const { batches, write } = gate();
    const weighed: string[] = [];
    const commit = createGroupCommit<string, string>({
      ...options,
      timeoutMs: 10,
      weigh(item) {
        weighed.push(item);
        return item.length;
      },
      write,
    });
    const all = [commit("a").catch(() => {})];
    await turn();
    for (let index = 0; index < 100; index += 1) all.push(commit(`late ${index}`).catch(() => {}));
    await Promise.all(all);
    const last = commit("b").catch(() => {});
    batches[0]?.end();
    await turn();
    await turn();
    expect(batches.map(({ items }) => items)).toEqual([["a"], ["b"]]);
    expect(weighed).toEqual(["a", "b"]);
    batches[1]?.end();
    await last;
  });

  it("retries a blocked batch group by group, then writes the blocked group one by one, beside the lanes", async () => {
    const written: string[] = [];
    const lockTimeout = new Error("blocked");
    let blocked = true;
    const commit = createGroupCommit<string, string>({
      ...options,
      maxItems: 10,
      isolation: {
        groupOf: (item) => item.slice(0, 1),
        isBlocked: (error) => error === lockTimeout,
        durationMs: 50,
      },
      async write(items) {
        written.push(items.join(" "));
        await turn();
        if (blocked && items.includes("a1")) throw lockTimeout;
        return items;
      },
    });
    const results = await Promise.allSettled(["a1", "a2", "b1", "c1"].map(commit));
    expect(results.map(({ status }) => status)).toEqual([
      "rejected",
      "fulfilled",
      "fulfilled",
      "fulfilled",
    ]);
    expect(written.splice(0).toSorted()).toEqual(["a1", "a1 a2", "a1 a2 b1 c1", "a2", "b1", "c1"]);
    await Promise.allSettled(["a1", "b2", "a3", "c2"].map(commit));
    expect(written.splice(0).toSorted()).toEqual(["a1", "a3", "b2 c2"]);
    blocked = false;
    await new Promise((resolve) => setTimeout(resolve, 60));
    await Promise.all(["a1", "b2"].map(commit));
    expect(written).toEqual(["a1 b2"]);
  });
});
