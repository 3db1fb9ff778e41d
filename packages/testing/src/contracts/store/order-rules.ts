import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  changeOf,
  contactWrite,
  FULL_CONTACT,
  FULL_JOB,
  jobWrite,
  TENANT,
} from "./sample-writes.ts";
import { apply, onlyJob } from "./single-job.ts";
import type { StoreRule } from "./store-rule.ts";

const TEN = "2026-01-25T10:00:00Z";
const ELEVEN = "2026-01-25T11:00:00Z";

/**
 * Rules of the total order: source time first, then sequence; a missing time precedes every time.
 */
export function orderRules(rule: StoreRule): void {
  rule("apply stores every field of a job and of a contact as given", async (store) => {
    const result = await store.apply(
      changeOf({
        jobs: [jobWrite(FULL_JOB, { at: TEN, sequence: 1 })],
        contacts: [contactWrite(FULL_CONTACT, { at: ELEVEN, sequence: 1 })],
      }),
    );
    deepStrictEqual(
      [...result.jobs, ...result.contacts].map(({ outcome }) => outcome),
      ["inserted", "inserted"],
    );
    deepStrictEqual(await store.jobs(TENANT), [
      { tenant: TENANT, jobberJobId: "123", ...FULL_JOB, sourceUpdatedAt: TEN, deletedAt: null },
    ]);
    deepStrictEqual(await store.contacts(TENANT), [
      {
        tenant: TENANT,
        jobberClientId: "456",
        ...FULL_CONTACT,
        sourceUpdatedAt: ELEVEN,
        deletedAt: null,
      },
    ]);
  });

  rule(
    "apply stores any text: empty, long, with quotes, control characters other than NUL, and every plane of Unicode",
    async (store) => {
      const title = `'";--\\%_\n\t\u0001\uFFFD🌱\u{10FFFF}${"x".repeat(100_000)}`;
      await store.apply(changeOf({ jobs: [jobWrite({ title, city: "" }, { sequence: 1 })] }));
      const job = await onlyJob(store);
      strictEqual(job.title, title);
      strictEqual(job.city, "");
    },
  );

  rule("apply stores amounts and numbers exactly", async (store) => {
    for (const [sequence, total] of [0, -0.01, 1e15, 99999.99, 0.1 + 0.2].entries()) {
      await apply(
        store,
        jobWrite({ total, jobNumber: 2 ** 31 + sequence }, { sequence: sequence + 1 }),
      );
      const job = await onlyJob(store);
      strictEqual(job.total, total);
      strictEqual(job.jobNumber, 2 ** 31 + sequence);
    }
  });

  rule("fields that were never written are null", async (store) => {
    await apply(store, jobWrite({}, { sequence: 1 }));
    const job = await onlyJob(store);
    const { tenant: _slug, jobberJobId: _id, ...fields } = job;
    deepStrictEqual(new Set(Object.values(fields)), new Set([null]));
  });

  rule("a write with a later source time replaces the record", async (store) => {
    strictEqual(await apply(store, jobWrite({ title: "A" }, { at: TEN, sequence: 1 })), "inserted");
    strictEqual(
      await apply(store, jobWrite({ title: "B" }, { at: ELEVEN, sequence: 2 })),
      "updated",
    );
    const job = await onlyJob(store);
    strictEqual(job.title, "B");
    strictEqual(job.sourceUpdatedAt, ELEVEN);
  });

  rule(
    "a write with an earlier source time changes nothing, whatever its sequence",
    async (store) => {
      await apply(store, jobWrite({ title: "B" }, { at: ELEVEN, sequence: 1 }));
      strictEqual(await apply(store, jobWrite({ title: "A" }, { at: TEN, sequence: 9 })), "stale");
      const job = await onlyJob(store);
      strictEqual(job.title, "B");
      strictEqual(job.sourceUpdatedAt, ELEVEN);
    },
  );

  rule("the sequence orders writes of one instant", async (store) => {
    await apply(store, jobWrite({ title: "second" }, { at: TEN, sequence: 10 }));
    strictEqual(
      await apply(store, jobWrite({ title: "first" }, { at: TEN, sequence: 9 })),
      "stale",
    );
    strictEqual(
      await apply(store, jobWrite({ title: "third" }, { at: TEN, sequence: 11 })),
      "updated",
    );
    strictEqual((await onlyJob(store)).title, "third");
  });

  rule("source times that differ by a microsecond are ordered", async (store) => {
    await apply(
      store,
      jobWrite({ title: "later" }, { at: "2026-01-25T10:00:00.000002Z", sequence: 1 }),
    );
    const earlier = jobWrite(
      { title: "earlier" },
      { at: "2026-01-25T10:00:00.000001Z", sequence: 2 },
    );
    strictEqual(await apply(store, earlier), "stale");
    const none = jobWrite({ title: "earliest" }, { at: TEN, sequence: 3 });
    strictEqual(await apply(store, none), "stale");
    const job = await onlyJob(store);
    strictEqual(job.title, "later");
    strictEqual(job.sourceUpdatedAt, "2026-01-25T10:00:00.000002Z");
  });

  rule("a write without a source time never replaces one with a time", async (store) => {
    await apply(store, jobWrite({ title: "timed" }, { at: TEN, sequence: 1 }));
    strictEqual(await apply(store, jobWrite({ title: "untimed" }, { sequence: 2 })), "stale");
    strictEqual((await onlyJob(store)).title, "timed");
  });

  rule("the sequence orders writes without a source time", async (store) => {
    await apply(store, jobWrite({ title: "B" }, { sequence: 2 }));
    strictEqual(await apply(store, jobWrite({ title: "A" }, { sequence: 1 })), "stale");
    strictEqual(await apply(store, jobWrite({ title: "C" }, { sequence: 3 })), "updated");
    strictEqual((await onlyJob(store)).title, "C");
  });

  rule("a record follows its source from A to B and back to A", async (store) => {
    const outcomes: string[] = [];
    for (const [sequence, title] of ["A", "B", "A"].entries()) {
      outcomes.push(await apply(store, jobWrite({ title }, { sequence: sequence + 1 })));
    }
    deepStrictEqual(outcomes, ["inserted", "updated", "updated"]);
    strictEqual((await onlyJob(store)).title, "A");
  });

  rule(
    "equal content is reported as unchanged and still moves time and sequence",
    async (store) => {
      await apply(store, jobWrite({ title: "A" }, { at: TEN, sequence: 1 }));
      strictEqual(
        await apply(store, jobWrite({ title: "A" }, { at: ELEVEN, sequence: 5 })),
        "unchanged",
      );
      strictEqual((await onlyJob(store)).sourceUpdatedAt, ELEVEN);
      strictEqual(
        await apply(store, jobWrite({ title: "B" }, { at: ELEVEN, sequence: 4 })),
        "stale",
      );
      strictEqual((await onlyJob(store)).title, "A");
    },
  );

  rule(
    "the last of two writes at the same position wins, such as a redrive with a fixed mapping",
    async (store) => {
      await apply(store, jobWrite({ title: "before" }, { at: TEN, sequence: 1 }));
      strictEqual(
        await apply(store, jobWrite({ title: "fixed" }, { at: TEN, sequence: 1 })),
        "updated",
      );
      strictEqual((await onlyJob(store)).title, "fixed");
    },
  );

  rule("an absent field keeps its stored value, and null clears it", async (store) => {
    await apply(store, jobWrite({ title: "A", city: "Austin" }, { sequence: 1 }));
    await apply(store, jobWrite({ title: null }, { sequence: 2 }));
    const job = await onlyJob(store);
    strictEqual(job.title, null);
    strictEqual(job.city, "Austin");
  });

  rule(
    "fields are compared one by one: an older write adds what the newer one lacks",
    async (store) => {
      await apply(store, jobWrite({ title: "new" }, { at: ELEVEN, sequence: 2 }));
      const older = jobWrite({ title: "old", city: "Austin" }, { at: TEN, sequence: 1 });
      strictEqual(await apply(store, older), "updated");
      const job = await onlyJob(store);
      strictEqual(job.title, "new");
      strictEqual(job.city, "Austin");
      strictEqual(job.sourceUpdatedAt, ELEVEN);
      const between = jobWrite({ city: "Dallas" }, { at: "2026-01-25T10:30:00Z", sequence: 3 });
      strictEqual(await apply(store, between), "updated");
      strictEqual((await onlyJob(store)).city, "Dallas");
    },
  );
}
