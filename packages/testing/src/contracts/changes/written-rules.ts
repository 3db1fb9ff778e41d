import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  changeOf,
  contactWrite,
  FULL_CONTACT,
  FULL_JOB,
  jobDelete,
  jobWrite,
  submissionWrite,
  TENANT,
} from "../store/sample-writes.ts";
import type { FeedRule } from "./open-feed.ts";
import { allDone, jobObject, LEASE_MS, takeJob, writeTitles } from "./sample-changes.ts";

const TEN = "2026-01-25T10:00:00Z";

/** Rules of the rows that `apply` writes. */
export function writtenRules(rule: FeedRule): void {
  rule(
    "apply writes a change of each record with the record before and after",
    async (opened, clock) => {
      const { store, changes } = opened;
      clock.now = Date.parse("2026-02-01T12:00:00.250Z");
      await store.apply(
        changeOf({
          jobs: [jobWrite(FULL_JOB, { at: TEN, sequence: await store.nextSequence() })],
          contacts: [contactWrite(FULL_CONTACT, { at: TEN, sequence: await store.nextSequence() })],
          ref: "key-1",
        }),
      );
      await store.apply(
        changeOf({
          jobs: [
            jobWrite(
              { title: null, total: 1 },
              { sequence: await store.nextSequence(), at: "2026-01-25T11:00:00Z" },
            ),
          ],
          cause: "reconcile",
        }),
      );
      const job = await store.job(TENANT, "123");
      const [first, second] = (await takeJob(changes, clock)).changes;
      const contact = { tenant: TENANT, objectType: "client", objectId: "456" } as const;
      const options = { leaseMs: LEASE_MS, now: clock.now };
      const [third] = (await changes.claim(contact, options))?.changes ?? [];
      const at = "2026-02-01T12:00:00.25Z";
      const common = { tenant: TENANT, attempts: 0, at, initial: false, replay: false };
      deepStrictEqual(third, {
        ...common,
        sequence: third?.sequence,
        objectType: "client",
        before: null,
        after: await store.contact(TENANT, "456"),
        changed: [...Object.keys(FULL_CONTACT)]
          .sort(byColumn(third?.changed))
          .concat("sourceUpdatedAt"),
        cause: "webhook",
        ref: "key-1",
      });
      deepStrictEqual(second, {
        ...common,
        sequence: second?.sequence,
        objectType: "job",
        before: first?.after,
        after: job,
        changed: ["title", "total", "sourceUpdatedAt"],
        cause: "reconcile",
        ref: null,
      });
      strictEqual(first?.before, null);
      strictEqual((first?.sequence ?? 0) < (second?.sequence ?? 0), true);
    },
  );

  rule("apply writes no change for values that stay", async ({ store, changes }) => {
    await store.apply(changeOf({ jobs: [jobWrite({ title: "A" }, { sequence: 5 })] }));
    for (const sequence of [4, 5, 6])
      await store.apply(changeOf({ jobs: [jobWrite({ title: "A" }, { sequence })] }));
    await store.apply(changeOf({ submissions: [submissionWrite("key-1")] }));
    strictEqual((await changes.list({})).length, 1);
  });

  rule("apply writes a change for a deletion, also of an unknown record", async (opened, clock) => {
    const { store, changes } = opened;
    await store.apply(changeOf({ jobs: [jobDelete(await store.nextSequence(), TEN)] }));
    const [change] = (await takeJob(changes, clock)).changes;
    deepStrictEqual([change?.before, change?.changed], [null, ["deletedAt"]]);
  });

  rule("apply writes neither record nor change if it rejects", async ({ store, changes }) => {
    const broken = { ...submissionWrite("key-1"), createdAt: null as never };
    const poison = changeOf({
      jobs: [jobWrite({ title: "A" }, { sequence: 1 })],
      submissions: [broken],
    });
    const applied = await store.apply(poison).then(
      () => 1,
      () => 0,
    );
    strictEqual((await store.jobs(TENANT)).length, applied);
    strictEqual((await changes.list({})).length, applied);
  });

  rule("initial emits every stored record of the tenant once", async (opened, clock) => {
    const { store, changes } = opened;
    await writeTitles(opened, ["A", "B"]);
    await writeTitles(opened, ["other"], { tenant: "other" });
    await store.apply(changeOf({ contacts: [contactWrite({ name: "Zoë" }, { sequence: 9 })] }));
    await store.apply(changeOf({ jobs: [jobDelete(await store.nextSequence(), TEN)] }));
    const claim = await takeJob(changes, clock);
    await changes.settle(claim, allDone(claim.changes));
    strictEqual(await changes.initial(TENANT), 2);
    const [change, ...others] = (await takeJob(changes, clock)).changes;
    strictEqual(others.length, 0);
    deepStrictEqual(
      [change?.initial, change?.cause, change?.before, change?.after, change?.changed],
      [true, "reconcile", null, await store.job(TENANT, "123"), ["title", "deletedAt"]],
    );
    strictEqual(
      (change?.sequence ?? 0) > Math.max(...claim.changes.map((each) => each.sequence)),
      true,
    );
    strictEqual((await changes.list({ tenant: "other" })).length, 1);
    strictEqual(await changes.initial("unknown"), 0);
  });

  rule("due names the records of each tenant", async (opened, clock) => {
    const { changes } = opened;
    await writeTitles(opened, ["A", "B"]);
    await writeTitles(opened, ["C"], { tenant: "other" });
    const due = async (options = {}) =>
      (await changes.due({ now: clock.now, limit: 10, ...options })).map(({ tenant }) => tenant);
    deepStrictEqual((await due()).sort(), [TENANT, "other"]);
    deepStrictEqual(await due({ excludeTenants: [TENANT] }), ["other"]);
    deepStrictEqual(await due({ exclude: [jobObject()] }), ["other"]);
    strictEqual((await due({ limit: 1 })).length, 1);
  });
}

function byColumn(order: readonly string[] = []): (a: string, b: string) => number {
  return (a, b) => order.indexOf(a) - order.indexOf(b);
}
