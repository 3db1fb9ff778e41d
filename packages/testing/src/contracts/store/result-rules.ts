import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { JobRecord } from "@jobber-sync/core";
import type { JobWrite, SyncStore, WrittenRecord } from "@jobber-sync/core/ports";
import { changeOf, contactWrite, jobDelete, jobWrite, TENANT } from "./sample-writes.ts";
import type { StoreRule } from "./store-rule.ts";

const TEN = "2026-01-25T10:00:00Z";
const ELEVEN = "2026-01-25T11:00:00Z";

/** Rules of what `apply` returns for each record, and of reading single records. */
export function resultRules(rule: StoreRule): void {
  rule("apply returns a new record without the one before", async (store) => {
    const { contacts } = await store.apply(
      changeOf({
        contacts: [
          contactWrite({ name: "Zoë", email: null, isLead: false }, { at: TEN, sequence: 1 }),
        ],
      }),
    );
    const [contact] = contacts;
    strictEqual(contact?.before, null);
    deepStrictEqual(contact.after, (await store.contacts(TENANT))[0]);
    deepStrictEqual(contact.changed, ["name", "isLead", "sourceUpdatedAt"]);
  });

  rule(
    "apply returns the record before and after a change, and the changed fields",
    async (store) => {
      await write(
        store,
        jobWrite({ title: "A", city: "Austin", total: 0.1 }, { at: TEN, sequence: 1 }),
      );
      const { before, after, changed } = await write(
        store,
        jobWrite({ title: "B", city: null, total: 0.1 }, { at: ELEVEN, sequence: 2 }),
      );
      deepStrictEqual([before?.title, before?.city, before?.sourceUpdatedAt], ["A", "Austin", TEN]);
      deepStrictEqual([after.title, after.city, after.sourceUpdatedAt], ["B", null, ELEVEN]);
      deepStrictEqual(changed, ["title", "city", "sourceUpdatedAt"]);
    },
  );

  rule("apply returns the stored record for a stale or repeated write", async (store) => {
    await write(store, jobWrite({ title: "B" }, { at: ELEVEN, sequence: 2 }));
    for (const late of [
      jobWrite({ title: "A" }, { at: TEN, sequence: 1 }),
      jobWrite({ title: "B" }, { at: ELEVEN, sequence: 2 }),
    ]) {
      const { before, after, changed } = await write(store, late);
      deepStrictEqual([before?.title, after.title, changed], ["B", "B", []]);
    }
  });

  rule("apply names the source's time as the only change of equal content", async (store) => {
    await write(store, jobWrite({ title: "A" }, { at: TEN, sequence: 1 }));
    const result = await write(store, jobWrite({ title: "A" }, { at: ELEVEN, sequence: 2 }));
    strictEqual(result.outcome, "unchanged");
    strictEqual(result.before?.sourceUpdatedAt, TEN);
    deepStrictEqual(result.changed, ["sourceUpdatedAt"]);
  });

  rule("apply names a tombstone as a change of deletedAt", async (store) => {
    await write(store, jobWrite({ title: "A" }, { sequence: 1 }));
    const deleted = await write(store, jobDelete(2, TEN));
    deepStrictEqual(
      [deleted.before?.deletedAt, deleted.after.deletedAt, deleted.after.title, deleted.changed],
      [null, TEN, "A", ["deletedAt"]],
    );
    const revived = await write(store, jobWrite({ title: "A" }, { sequence: 3, revive: true }));
    deepStrictEqual([revived.before?.deletedAt, revived.changed], [TEN, ["deletedAt"]]);
  });

  rule("apply returns one result for several writes of a record", async (store) => {
    await write(store, jobWrite({ title: "A" }, { sequence: 1 }));
    const { jobs } = await store.apply(
      changeOf({
        jobs: [
          jobWrite({ title: "B" }, { sequence: 2 }),
          jobWrite({ title: "C" }, { sequence: 3 }),
        ],
      }),
    );
    deepStrictEqual(
      jobs.map(({ before, after }) => [before?.title, after.title]),
      [["A", "C"]],
    );
  });

  rule("job and contact read one record, also a deleted one, or null", async (store) => {
    await store.apply(
      changeOf({
        jobs: [jobWrite({ title: "A" }, { sequence: 1 }), jobDelete(2, TEN)],
        contacts: [contactWrite({ name: "Zoë" }, { sequence: 1 })],
      }),
    );
    deepStrictEqual(await store.job(TENANT, "123"), (await store.jobs(TENANT))[0]);
    deepStrictEqual(await store.contact(TENANT, "456"), (await store.contacts(TENANT))[0]);
    strictEqual((await store.job(TENANT, "123"))?.deletedAt, TEN);
    deepStrictEqual(
      [
        await store.job(TENANT, "456"),
        await store.job("other", "123"),
        await store.contact(TENANT, "123"),
        await store.contact("other", "456"),
      ],
      [null, null, null, null],
    );
  });

  rule("reads with afterId continue after the last record of a page", async (store) => {
    const ids = ["1", "10", "2", "job's; 3", "é"];
    await store.apply(
      changeOf({
        jobs: ids.map((id) => jobWrite({}, { id, sequence: 1 })),
        contacts: ids.map((id) => contactWrite({}, { id, sequence: 1 })),
      }),
    );
    const jobs: string[] = [];
    const contacts: string[] = [];
    for (let page = 0; page < ids.length; page += 1) {
      const job = (await store.jobs(TENANT, { limit: 1, afterId: jobs.at(-1) }))[0];
      const contact = (await store.contacts(TENANT, { limit: 1, afterId: contacts.at(-1) }))[0];
      jobs.push(job?.jobberJobId ?? "");
      contacts.push(contact?.jobberClientId ?? "");
    }
    deepStrictEqual([jobs, contacts], [ids, ids]);
    deepStrictEqual(await store.jobs(TENANT, { afterId: "é" }), []);
    const chosen = await store.contacts(TENANT, { afterId: "10", ids: ["1", "2", "é"] });
    deepStrictEqual(
      chosen.map(({ jobberClientId }) => jobberClientId),
      ["2", "é"],
    );
  });
}

async function write(store: SyncStore, job: JobWrite): Promise<WrittenRecord<JobRecord>> {
  const [written] = (await store.apply(changeOf({ jobs: [job] }))).jobs;
  if (written === undefined) throw new Error("apply returned no result for the job.");
  return written;
}
