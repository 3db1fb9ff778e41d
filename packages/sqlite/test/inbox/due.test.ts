import type { ObjectRef } from "@jobber-sync/core/ports";
import { openSqlite } from "@jobber-sync/sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import { delivery } from "../support/deliveries.ts";
import { recordingHandle } from "../support/recording-handle.ts";
import { temporaryFile } from "../support/temporary-file.ts";

const NOW = 1_769_335_300_000;
const FIRST: ObjectRef = { tenant: "acme", objectType: "job", objectId: "1" };

describe("due", () => {
  it("lists other objects beside one with a long queue, before, during and after its run", async () => {
    const { inbox, due } = open();
    const many = Array.from({ length: 3000 }, () => inbox.accept(delivery("1")));
    await Promise.all([...many, ...["2", "3"].map((id) => inbox.accept(delivery(id)))]);
    expect(await due()).toEqual(["1", "2", "3"]);
    expect(await due([FIRST])).toEqual(["2", "3"]);
    const claim = await inbox.claim(FIRST, { leaseMs: 1000, now: NOW });
    expect(claim?.deliveries).toHaveLength(3000);
    await Promise.all(Array.from({ length: 3000 }, () => inbox.accept(delivery("1"))));
    await inbox.accept(delivery("4"));
    expect(await due([FIRST])).toEqual(["2", "3", "4"]);
  });

  it("reads only the beginning of a long queue", async () => {
    const { inbox, due, calls } = open();
    const ids = Array.from({ length: 1000 }, (_, index) => `${index}`);
    await Promise.all(
      ids.map((id, index) => inbox.accept(delivery(id, { receivedAt: NOW - 1000 + index }))),
    );
    calls.length = 0;
    expect(await due()).toEqual(ids.slice(0, 8));
    // The last two values are the rows to read and the objects to return.
    expect(calls.at(-1)?.values.slice(-2)).toEqual([32, 8]);
    expect(calls).toHaveLength(3);
  });

  it("lists the oldest objects of all tenants but the excluded ones", async () => {
    const { inbox, calls } = open();
    const tenants = ["a", "b", "c", "d"];
    for (let index = 0; index < 400; index += 1) {
      const receivedAt = NOW - 1000 + index;
      const tenant = tenants[index % 4] ?? "";
      void inbox.accept(delivery(`${tenant}${index}`, { tenant, receivedAt }));
    }
    // A tenant with the oldest rows of all, and very many.
    const flood = Array.from({ length: 3000 }, (_, index) =>
      inbox.accept(delivery(`${index}`, { tenant: "flood", receivedAt: NOW - 2000 })),
    );
    await Promise.all(flood);
    const ids = async (excludeTenants: readonly string[]) =>
      (await inbox.due({ now: NOW, limit: 6, excludeTenants })).map(({ objectId }) => objectId);
    expect(await ids([])).toHaveLength(6);
    calls.length = 0;
    expect(await ids(["flood"])).toEqual(["a0", "b1", "c2", "d3", "a4", "b5"]);
    expect(await ids(["flood", "b"])).toEqual(["a0", "c2", "d3", "a4", "c6", "d7"]);
    expect(await ids(["flood", ...tenants])).toEqual([]);
    // The rows of an excluded tenant are not even skipped one by one.
    expect(calls.flatMap(({ values }) => values)).not.toContain("flood");
  });

  it("lists objects in the order in which they became due", async () => {
    const { inbox, due } = open();
    const later = inbox.accept(delivery("later", { receivedAt: NOW - 10 }));
    await Promise.all([later, inbox.accept(delivery("sooner", { receivedAt: NOW - 20 }))]);
    expect(await due()).toEqual(["sooner", "later"]);
    await inbox.accept(delivery("not yet", { receivedAt: NOW + 1 }));
    const all = await inbox.due({ now: NOW, limit: Number.POSITIVE_INFINITY });
    expect(all.map(({ objectId }) => objectId)).toEqual(["sooner", "later"]);
  });
});

function open() {
  const { handle, calls } = recordingHandle(temporaryFile());
  const { inbox, close } = openSqlite(handle);
  onTestFinished(close);
  const due = async (exclude: readonly ObjectRef[] = []) =>
    (await inbox.due({ now: NOW, limit: 8, exclude })).map(({ objectId }) => objectId);
  return { inbox, calls, due };
}
