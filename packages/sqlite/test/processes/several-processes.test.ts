import { openSqlite } from "@jobber-sync/sqlite";
import { describe, expect, it } from "vitest";
import { sampleDelivery } from "../support/sample-delivery.ts";
import { startChild } from "../support/start-child.ts";
import { temporaryFile } from "../support/temporary-file.ts";

const ROUNDS = 100;

describe("several processes on one file", () => {
  it("make the tables at once, never draw a number twice, and end on the newest write", async () => {
    const path = temporaryFile();
    const names = ["a", "b", "c"];
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
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 0]);
    const told = ended.map(({ lines }) => lines.map((line) => JSON.parse(line) as Told));
    for (const one of told) {
      const own = one.flatMap(({ sequence, accepted }) => [sequence, accepted]);
      expect(own).toEqual(own.toSorted((a, b) => a - b));
    }
    const all = told.flat();
    const numbers = all.flatMap(({ sequence, accepted }) => [sequence, accepted]);
    expect(new Set(numbers).size).toBe(names.length * ROUNDS * 2);

    const { store, inbox, close } = openSqlite(path);
    const newest = Math.max(...all.map(({ sequence }) => sequence));
    expect((await store.jobs("acme")).map(({ title }) => title)).toEqual([
      expect.stringMatching(new RegExp(`^[abc] ${newest}$`)),
    ]);
    const stored = await inbox.list({ limit: 10_000 });
    expect(stored.map(({ objectId }) => objectId).toSorted()).toEqual(
      all.map(({ id }) => id).toSorted(),
    );
    await close();
  }, 60_000);

  it("give each delivery to one of them only", async () => {
    const path = temporaryFile();
    const { inbox, close } = openSqlite(path);
    const accepted = await Promise.all(
      Array.from({ length: 400 }, (_, index) => inbox.accept(sampleDelivery(String(index % 40)))),
    );
    const workers = ["1", "2", "3"].map(() =>
      startChild(new URL("../support/work-with-others.ts", import.meta.url), [path]),
    );
    const ended = await Promise.all(workers.map((worker) => worker.ended));
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 0]);
    const taken = ended.flatMap(({ lines }) =>
      lines.flatMap((line) => JSON.parse(line) as number[]),
    );
    expect(taken.toSorted((a, b) => a - b)).toEqual(accepted.map(({ sequence }) => sequence));
    expect(await inbox.list({ states: ["waiting", "claimed"] })).toEqual([]);
    await close();
  }, 60_000);
});

interface Told {
  readonly sequence: number;
  readonly accepted: number;
  readonly id: string;
}
