import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { changeOf, contactWrite, jobWrite, TENANT } from "./sample-writes.ts";
import { apply, onlyJob } from "./single-job.ts";
import type { StoreRule } from "./store-rule.ts";

const TEN = "2026-01-25T10:00:00Z";
const ELEVEN = "2026-01-25T11:00:00Z";

/** Rules of `extra`: JSON that is stored, versioned and compared as one field. */
export function extraRules(rule: StoreRule): void {
  rule("extra is returned as the JSON that was written", async (store) => {
    const extra = {
      text: "Zoë's 🌱 \\ \" \n",
      numbers: [0, -1.5, 1e21, 0.1 + 0.2, Number.MAX_SAFE_INTEGER],
      nothing: null,
      flags: [true, false],
      empty: [{}, [], ""],
      nested: { nodes: [{ customFields: [{ label: "Gate", valueText: "4711" }] }] },
      'a key\'s "name"': 1,
    };
    await store.apply(
      changeOf({
        jobs: [jobWrite({ extra }, { sequence: 1 })],
        contacts: [contactWrite({ extra }, { sequence: 1 })],
      }),
    );
    deepStrictEqual((await onlyJob(store)).extra, extra);
    deepStrictEqual((await store.contacts(TENANT))[0]?.extra, extra);
  });

  rule("extra of equal content is unchanged, whatever the order of keys and ids", async (store) => {
    const one = { b: 1, a: { d: 2, c: 3 }, tags: [{ id: "1" }, { id: "2" }] };
    const other = { tags: [{ id: "2" }, { id: "1" }], a: { c: 3, d: 2 }, b: 1 };
    strictEqual(await apply(store, jobWrite({ extra: one }, { sequence: 1 })), "inserted");
    strictEqual(await apply(store, jobWrite({ extra: other }, { sequence: 2 })), "unchanged");
    strictEqual(
      await apply(store, jobWrite({ extra: { ...one, b: 2 } }, { sequence: 3 })),
      "updated",
    );
  });

  rule("extra keeps the order of lists without ids", async (store) => {
    await apply(store, jobWrite({ extra: { list: ["b", "a"] } }, { sequence: 1 }));
    strictEqual(
      await apply(store, jobWrite({ extra: { list: ["a", "b"] } }, { sequence: 2 })),
      "updated",
    );
    deepStrictEqual((await onlyJob(store)).extra, { list: ["a", "b"] });
  });

  rule("extra is replaced as a whole, and never by an earlier write", async (store) => {
    await apply(store, jobWrite({ extra: { a: 1, b: 1 } }, { at: TEN, sequence: 1 }));
    await apply(store, jobWrite({ extra: { a: 2 } }, { at: ELEVEN, sequence: 2 }));
    await apply(store, jobWrite({ extra: { b: 3 } }, { at: TEN, sequence: 3 }));
    deepStrictEqual((await onlyJob(store)).extra, { a: 2 });
  });

  rule("a write without extra keeps the stored one, and null clears it", async (store) => {
    await apply(store, jobWrite({ extra: { a: 1 } }, { sequence: 1 }));
    await apply(store, jobWrite({ title: "B" }, { sequence: 2 }));
    deepStrictEqual((await onlyJob(store)).extra, { a: 1 });
    await apply(store, jobWrite({ extra: null }, { sequence: 3 }));
    strictEqual((await onlyJob(store)).extra, null);
  });

  rule("extra with characters that databases reject is stored with U+FFFD", async (store) => {
    await apply(store, jobWrite({ extra: { "k\u0000": "a\u0000b\ud800" } }, { sequence: 1 }));
    deepStrictEqual((await onlyJob(store)).extra, { "k\uFFFD": "a\uFFFDb\uFFFD" });
  });
}
