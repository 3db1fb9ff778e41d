import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { changeOf, contactWrite, jobDelete, jobWrite, TENANT } from "./sample-writes.ts";
import { apply, onlyJob } from "./single-job.ts";
import type { StoreRule } from "./store-rule.ts";

const TEN = "2026-01-25T10:00:00Z";
const ELEVEN = "2026-01-25T11:00:00Z";
const NOON = "2026-01-25T12:00:00Z";

const INFERRED = { inferred: true };

/**
 * Rules of tombstones: a sighting lifts those that were inferred, and only a revive lifts the
 * others.
 */
export function tombstoneRules(rule: StoreRule): void {
  rule("a delete marks the record and keeps its fields and source time", async (store) => {
    await apply(store, jobWrite({ title: "A" }, { at: TEN, sequence: 1 }));
    strictEqual(await apply(store, jobDelete(2, ELEVEN)), "updated");
    const job = await onlyJob(store);
    strictEqual(job.deletedAt, ELEVEN);
    strictEqual(job.title, "A");
    strictEqual(job.sourceUpdatedAt, TEN);
  });

  rule("a delete of an unknown record is stored", async (store) => {
    strictEqual(await apply(store, jobDelete(1, ELEVEN)), "inserted");
    const job = await onlyJob(store);
    strictEqual(job.deletedAt, ELEVEN);
    strictEqual(job.title, null);
    strictEqual(job.sourceUpdatedAt, null);
  });

  rule("an update never restores a deleted record, however new it is", async (store) => {
    await apply(store, jobDelete(2, ELEVEN));
    await apply(store, jobWrite({ title: "late" }, { at: TEN, sequence: 1 }));
    await apply(store, jobWrite({ title: "newer" }, { at: NOON, sequence: 3 }));
    const job = await onlyJob(store);
    strictEqual(job.deletedAt, ELEVEN);
    strictEqual(job.title, "newer");
    strictEqual(job.sourceUpdatedAt, NOON);
  });

  rule("a revive restores a record only if it began after the delete", async (store) => {
    await apply(store, jobDelete(5, ELEVEN));
    await apply(store, jobWrite({ title: "early" }, { at: TEN, sequence: 4, revive: true }));
    strictEqual((await onlyJob(store)).deletedAt, ELEVEN);
    await apply(store, jobWrite({ title: "seen again" }, { at: NOON, sequence: 6, revive: true }));
    strictEqual((await onlyJob(store)).deletedAt, null);
    await apply(store, jobDelete(5, ELEVEN));
    strictEqual((await onlyJob(store)).deletedAt, null);
  });

  rule("the delete with the higher sequence sets deletedAt", async (store) => {
    await apply(store, jobDelete(2, TEN));
    strictEqual(await apply(store, jobDelete(1, ELEVEN)), "stale");
    strictEqual((await onlyJob(store)).deletedAt, TEN);
    await apply(store, jobDelete(3, NOON));
    strictEqual((await onlyJob(store)).deletedAt, NOON);
  });

  rule("a write that saw the record lifts an inferred tombstone that is older", async (store) => {
    await apply(store, jobWrite({ title: "A" }, { at: TEN, sequence: 1, seen: true }));
    strictEqual(await apply(store, jobDelete(3, ELEVEN, INFERRED)), "updated");
    strictEqual((await onlyJob(store)).deletedAt, ELEVEN);
    // The fetch began before the one that found nothing.
    await apply(store, jobWrite({ title: "B" }, { at: NOON, sequence: 2, seen: true }));
    strictEqual((await onlyJob(store)).deletedAt, ELEVEN);
    // The data is older than what is stored, and proves that the record exists all the same.
    await apply(store, jobWrite({ title: "A" }, { at: TEN, sequence: 4, seen: true }));
    const job = await onlyJob(store);
    deepStrictEqual([job.deletedAt, job.title], [null, "B"]);
  });

  rule(
    "an inferred tombstone that arrives after a later sighting is not applied",
    async (store) => {
      await apply(store, jobWrite({ title: "A" }, { at: TEN, sequence: 2, seen: true }));
      strictEqual(await apply(store, jobDelete(1, ELEVEN, INFERRED)), "stale");
      strictEqual((await onlyJob(store)).deletedAt, null);
    },
  );

  rule("a write that did not see the record leaves an inferred tombstone", async (store) => {
    await apply(store, jobDelete(1, ELEVEN, INFERRED));
    await apply(store, jobWrite({ title: "A" }, { at: NOON, sequence: 2 }));
    strictEqual((await onlyJob(store)).deletedAt, ELEVEN);
  });

  rule(
    "a sighting never lifts a final tombstone, also not after an inferred one",
    async (store) => {
      for (const id of ["123", "124"]) {
        const final = { ...jobDelete(2, TEN), jobberJobId: id };
        const inferred = { ...jobDelete(3, NOON, INFERRED), jobberJobId: id };
        const deletes = id === "123" ? [final, inferred] : [inferred, final];
        for (const write of deletes) await store.apply(changeOf({ jobs: [write] }));
        const seen = jobWrite({ title: "A" }, { id, at: NOON, sequence: 4, seen: true });
        await store.apply(changeOf({ jobs: [seen] }));
        strictEqual((await store.jobs(TENANT, { ids: [id] }))[0]?.deletedAt, TEN);
      }
    },
  );

  rule("a revive lifts both tombstones", async (store) => {
    await apply(store, jobDelete(1, TEN));
    await apply(store, jobDelete(2, ELEVEN, INFERRED));
    await apply(store, jobWrite({}, { at: NOON, sequence: 3, revive: true }));
    strictEqual((await onlyJob(store)).deletedAt, null);
  });

  rule("deletes work the same for contacts", async (store) => {
    await store.apply(changeOf({ contacts: [contactWrite({ name: "Zoë" }, { sequence: 1 })] }));
    await store.apply(
      changeOf({
        contacts: [
          { tenant: TENANT, jobberClientId: "456", mode: "delete", sequence: 2, deletedAt: TEN },
        ],
      }),
    );
    deepStrictEqual(
      (await store.contacts(TENANT)).map(({ name, deletedAt }) => ({ name, deletedAt })),
      [{ name: "Zoë", deletedAt: TEN }],
    );
  });
}
