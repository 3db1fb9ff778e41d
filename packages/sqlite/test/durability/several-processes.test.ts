import { openSqlite } from "@jobber-sync/sqlite";
import { describe, expect, it } from "vitest";
import { delivery } from "../support/deliveries.ts";
import { startChild } from "../support/start-child.ts";
import { temporaryFile } from "../support/temporary-file.ts";

const ROUNDS = 30;

describe("processes that share a file", () => {
  it("create the tables at once, never draw a sequence twice, and end with the newest write", async () => {
    const path = temporaryFile();
    const names = ["a", "b"];
    const ended = await Promise.all(
      names.map(
        (name) =>
          startChild(new URL("../support/write-with-others.ts", import.meta.url), [
            path,
            name,
            String(ROUNDS),
          ]).ended,
      ),
    );
    expect(ended.map(({ code }) => code)).toEqual([0, 0]);
    const printed = ended.map(({ lines }) => lines.map((line) => JSON.parse(line) as Printed));
    for (const one of printed) {
      const own = one.flatMap(({ sequence, accepted }) => [sequence, accepted]);
      expect(own).toEqual(own.toSorted((a, b) => a - b));
    }
    const all = printed.flat();
    const numbers = all.flatMap(({ sequence, accepted }) => [sequence, accepted]);
    expect(new Set(numbers).size).toBe(names.length * ROUNDS * 2);

    const { store, inbox, close } = openSqlite(path);
    const newest = Math.max(...all.map(({ sequence }) => sequence));
    expect((await store.jobs("acme")).map(({ title }) => title)).toEqual([
      expect.stringMatching(new RegExp(`^[ab] ${newest}$`)),
    ]);
    const stored = await inbox.list({ limit: 10_000 });
    expect(stored.map(({ objectId }) => objectId).toSorted()).toEqual(
      all.map(({ id }) => id).toSorted(),
    );
    await close();
  }, 60_000);

  it("each claim different deliveries", async () => {
    const path = temporaryFile();
    const { inbox, close } = openSqlite(path);
    const accepted = await Promise.all(
      Array.from({ length: 200 }, (_, index) => inbox.accept(delivery(String(index % 40)))),
    );
    const workers = ["1", "2"].map(() =>
      startChild(new URL("../support/work-with-others.ts", import.meta.url), [path]),
    );
    const ended = await Promise.all(workers.map((worker) => worker.ended));
    expect(ended.map(({ code }) => code)).toEqual([0, 0]);
    const taken = ended.flatMap(({ lines }) =>
      lines.flatMap((line) => JSON.parse(line) as number[]),
    );
    expect(taken.toSorted((a, b) => a - b)).toEqual(accepted.map(({ sequence }) => sequence));
    expect(await inbox.list({ states: ["waiting", "claimed"] })).toEqual([]);
    await close();
  }, 60_000);
});

interface Printed {
  readonly sequence: number;
  readonly accepted: number;
  readonly id: string;
}
