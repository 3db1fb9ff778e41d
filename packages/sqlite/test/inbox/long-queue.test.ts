import type { ObjectRef } from "@jobber-sync/core/ports";
import { openSqlite } from "@jobber-sync/sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import { recordingHandle } from "../support/recording-handle.ts";
import { sampleDelivery } from "../support/sample-delivery.ts";
import { temporaryFile } from "../support/temporary-file.ts";

const NOW = 1_769_335_300_000;
const FIRST: ObjectRef = { tenant: "acme", objectType: "job", objectId: "1" };

describe("a long queue", () => {
  it("of one object hides no other, before it is claimed, while it runs and afterwards", async () => {
    const { inbox, due } = open();
    const many = Array.from({ length: 3000 }, () => inbox.accept(sampleDelivery("1")));
    await Promise.all([...many, ...["2", "3"].map((id) => inbox.accept(sampleDelivery(id)))]);
    expect(await due()).toEqual(["1", "2", "3"]);
    expect(await due([FIRST])).toEqual(["2", "3"]);
    const claim = await inbox.claim(FIRST, { leaseMs: 1000, now: NOW });
    expect(claim?.deliveries).toHaveLength(3000);
    await Promise.all(Array.from({ length: 3000 }, () => inbox.accept(sampleDelivery("1"))));
    await inbox.accept(sampleDelivery("4"));
    expect(await due([FIRST])).toEqual(["2", "3", "4"]);
  });

  it("of many objects is read at its beginning only", async () => {
    const { inbox, due, calls } = open();
    const ids = Array.from({ length: 1000 }, (_, index) => `${index}`);
    await Promise.all(
      ids.map((id, index) => inbox.accept(sampleDelivery(id, { receivedAt: NOW - 1000 + index }))),
    );
    calls.length = 0;
    expect(await due()).toEqual(ids.slice(0, 8));
    // When, objects that run, rows to read, objects to give.
    expect(calls.map(({ values }) => values)).toEqual([[NOW, "[]", 32, 8]]);
  });

  it("is offered in the order in which its objects came to be due", async () => {
    const { inbox, due } = open();
    const later = inbox.accept(sampleDelivery("later", { receivedAt: NOW - 10 }));
    await Promise.all([later, inbox.accept(sampleDelivery("sooner", { receivedAt: NOW - 20 }))]);
    expect(await due()).toEqual(["sooner", "later"]);
    await inbox.accept(sampleDelivery("not yet", { receivedAt: NOW + 1 }));
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
