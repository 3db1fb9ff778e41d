import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { SyncReader } from "@jobber-sync/core";
import type { SyncChange, SyncStore } from "@jobber-sync/core/ports";
import { changeOf, contactWrite, jobWrite, submissionWrite, TENANT } from "./sample-writes.ts";
import type { StoreRule } from "./store-rule.ts";

/** Rules of `apply`: a change is atomic and belongs to one tenant. */
export function changeRules(rule: StoreRule): void {
  rule(
    "apply writes contacts, jobs and submissions of one change and reports them in ascending order of their ids",
    async (store) => {
      const result = await store.apply(
        changeOf({
          jobs: ["9", "10", "1"].map((id) => jobWrite({ title: id }, { id, sequence: 1 })),
          contacts: ["b", "a"].map((id) => contactWrite({ name: id }, { id, sequence: 1 })),
          submissions: [submissionWrite("key-1")],
        }),
      );
      deepStrictEqual(
        result.jobs.map(({ jobberJobId }) => jobberJobId),
        ["1", "10", "9"],
      );
      deepStrictEqual(
        result.contacts.map(({ jobberClientId }) => jobberClientId),
        ["a", "b"],
      );
      deepStrictEqual(result.submissions, [
        { tenant: TENANT, deliveryKey: "key-1", outcome: "inserted" },
      ]);
      deepStrictEqual(
        (await store.jobs(TENANT)).map(({ jobberJobId }) => jobberJobId),
        ["1", "10", "9"],
      );
      deepStrictEqual(await store.submissions(TENANT), [submissionWrite("key-1")]);
    },
  );

  rule("apply accepts an empty change", async (store) => {
    deepStrictEqual(await store.apply(changeOf({})), { contacts: [], jobs: [], submissions: [] });
  });

  rule("apply merges several writes of one record", async (store) => {
    const result = await store.apply(
      changeOf({
        jobs: [
          jobWrite({ title: "B", city: "Austin" }, { sequence: 2 }),
          jobWrite({ title: "A", street: "1 Main St" }, { sequence: 1 }),
        ],
      }),
    );
    strictEqual(result.jobs.length, 1);
    const [job] = await store.jobs(TENANT);
    deepStrictEqual([job?.title, job?.city, job?.street], ["B", "Austin", "1 Main St"]);
  });

  rule(
    "apply writes a submission once per tenant and delivery key and keeps the first",
    async (store) => {
      await store.apply(changeOf({ submissions: [submissionWrite("key-1", { title: "first" })] }));
      const again = await store.apply(
        changeOf({
          jobs: [jobWrite({ title: "B" }, { sequence: 2 })],
          submissions: [submissionWrite("key-1", { title: "second" }), submissionWrite("key-2")],
        }),
      );
      deepStrictEqual(
        again.submissions.map(({ outcome }) => outcome),
        ["unchanged", "inserted"],
      );
      deepStrictEqual(
        (await store.submissions(TENANT)).map(({ deliveryKey, payload }) => [
          deliveryKey,
          "title" in payload && payload.title,
        ]),
        [
          ["key-1", "first"],
          ["key-2", null],
        ],
      );
      // The key gates submissions only: the record of the repeated delivery was written.
      strictEqual((await store.jobs(TENANT))[0]?.title, "B");
    },
  );

  rule("apply writes a submission whose record is stale", async (store) => {
    await store.apply(changeOf({ jobs: [jobWrite({ title: "B" }, { sequence: 2 })] }));
    const result = await store.apply(
      changeOf({
        jobs: [jobWrite({ title: "A" }, { sequence: 1 })],
        submissions: [submissionWrite("late")],
      }),
    );
    deepStrictEqual(
      [result.jobs[0]?.outcome, result.submissions[0]?.outcome],
      ["stale", "inserted"],
    );
  });

  rule("records of two tenants never meet", async (store) => {
    for (const [index, tenant] of ["acme", "ACME", "acm", "", "ac%", "a\u0001"].entries()) {
      const place = { tenant, sequence: index + 1 };
      const result = await store.apply({
        jobs: [jobWrite({ title: tenant }, place)],
        contacts: [contactWrite({ name: tenant }, place)],
        submissions: [submissionWrite("same key", { tenant, title: tenant })],
      });
      const outcomes = [...result.jobs, ...result.contacts, ...result.submissions].map(
        ({ outcome }) => outcome,
      );
      deepStrictEqual(outcomes, ["inserted", "inserted", "inserted"]);
    }
    for (const tenant of ["acme", "ACME", "acm", "", "ac%", "a\u0001"]) {
      deepStrictEqual(
        (await store.jobs(tenant)).map(({ title }) => title),
        [tenant],
      );
      deepStrictEqual(
        (await store.contacts(tenant)).map(({ name }) => name),
        [tenant],
      );
      strictEqual((await store.submissions(tenant)).length, 1);
    }
    deepStrictEqual(await store.jobs("initech"), []);
  });

  rule("ids differ by every character", async (store) => {
    const ids = ["1", "01", "1 ", "١", "é", "e\u0301", "A", "a"];
    await store.apply(
      changeOf({ jobs: ids.map((id) => jobWrite({ title: id }, { id, sequence: 1 })) }),
    );
    const jobs = await store.jobs(TENANT);
    strictEqual(jobs.length, ids.length);
    deepStrictEqual(
      jobs.map(({ jobberJobId }) => jobberJobId),
      jobs.map(({ title }) => title),
    );
  });

  for (const [what, poison] of Object.entries(POISON)) {
    rule(`writes all of a change or nothing when ${what}`, async (store) => {
      const outcome = await store.apply(poison).then(
        () => "written",
        () => "rejected",
      );
      const expected = outcome === "written" ? 1 : 0;
      deepStrictEqual(await counts(store), {
        contacts: expected,
        jobs: expected,
        submissions: expected,
      });
      // The store still works afterwards.
      await store.apply(
        changeOf({ jobs: [jobWrite({ title: "fine" }, { id: "other", sequence: 2 })] }),
      );
      strictEqual(
        (await store.jobs(TENANT)).some(({ title }) => title === "fine"),
        true,
      );
    });
  }

  rule("reads return records page by page", async (store) => {
    const ids = Array.from({ length: 25 }, (_, index) => `job-${String(index).padStart(2, "0")}`);
    await store.apply(changeOf({ jobs: ids.map((id) => jobWrite({}, { id, sequence: 1 })) }));
    const pages: (readonly string[])[] = [];
    for (let offset = 0; offset < 30; offset += 10) {
      pages.push(
        (await store.jobs(TENANT, { limit: 10, offset })).map(({ jobberJobId }) => jobberJobId),
      );
    }
    deepStrictEqual(pages, [ids.slice(0, 10), ids.slice(10, 20), ids.slice(20)]);
  });

  rule("jobIds returns the jobs of a client or a property, without tombstones", async (store) => {
    if (store.jobIds === undefined) return;
    const owned = (id: string, jobberClientId: string, jobberPropertyId: string) =>
      jobWrite({ jobberClientId, jobberPropertyId }, { id, sequence: 1 });
    await store.apply(
      changeOf({
        jobs: [
          owned("2", "A", "P"),
          owned("1", "A", "Q"),
          owned("3", "B", "P"),
          owned("4", "A", "P"),
        ],
      }),
    );
    const deletedAt = "2026-01-25T10:00:00Z";
    const gone = {
      tenant: TENANT,
      jobberJobId: "4",
      mode: "delete",
      sequence: 2,
      deletedAt,
    } as const;
    await store.apply(changeOf({ jobs: [gone] }));
    deepStrictEqual(await store.jobIds(TENANT, { jobberClientId: "A" }), ["1", "2"]);
    deepStrictEqual(await store.jobIds(TENANT, { jobberPropertyId: "P" }), ["2", "3"]);
    deepStrictEqual(await store.jobIds("globex", { jobberPropertyId: "P" }), []);
  });

  rule("reads return the records with the given ids", async (store) => {
    const ids = ["job-1", "job-2", "job's; 3", "Ünïcode"];
    await store.apply(
      changeOf({
        jobs: ids.map((id) => jobWrite({}, { id, sequence: 1 })),
        contacts: ids.map((id) => contactWrite({}, { id, sequence: 1 })),
      }),
    );
    const wanted = { ids: ["Ünïcode", "job's; 3", "job-1", "unknown"] };
    const jobs = await store.jobs(TENANT, wanted);
    const contacts = await store.contacts(TENANT, wanted);
    const expected = ["job's; 3", "job-1", "Ünïcode"];
    deepStrictEqual(jobs.map(({ jobberJobId }) => jobberJobId).sort(), expected);
    deepStrictEqual(contacts.map(({ jobberClientId }) => jobberClientId).sort(), expected);
    deepStrictEqual(await store.jobs(TENANT, { ids: [] }), []);
    deepStrictEqual(await store.jobs("globex", wanted), []);
  });
}

// Values that the types exclude and most databases reject, each in the part that is written last.
const POISON: Readonly<Record<string, SyncChange>> = {
  "a job has a value that is no column's": {
    contacts: [contactWrite({ name: "Zoë" }, { sequence: 1 })],
    jobs: [jobWrite({ title: Symbol("poison") as unknown as string }, { sequence: 1 })],
    submissions: [submissionWrite("key-1")],
  },
  "a submission cannot be written down": {
    contacts: [contactWrite({ name: "Zoë" }, { sequence: 1 })],
    jobs: [jobWrite({ title: "A" }, { sequence: 1 })],
    submissions: [{ ...submissionWrite("key-1"), payload: { poison: 1n } as never }],
  },
  "a submission has no creation time": {
    contacts: [contactWrite({ name: "Zoë" }, { sequence: 1 })],
    jobs: [jobWrite({ title: "A" }, { sequence: 1 })],
    submissions: [{ ...submissionWrite("key-1"), createdAt: null as never }],
  },
};

async function counts(store: SyncStore & SyncReader): Promise<object> {
  return {
    contacts: (await store.contacts(TENANT)).length,
    jobs: (await store.jobs(TENANT)).length,
    submissions: (await store.submissions(TENANT)).length,
  };
}
