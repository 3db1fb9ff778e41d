import type { FetchedRecords } from "@jobber-sync/core/ports";
import { expect, it } from "vitest";
import { backend, found, notification, sourceOf } from "../support/worker-fixtures.ts";

const RECORDS = 100;

it("worker: takes at most 5 % of a tenant's records for deleted within an hour, and warns once", async () => {
  const warnings: unknown[] = [];
  const logger = { info() {}, warn: (details: object) => void warnings.push(details), error() {} };
  const broken = new Set<string>();
  const { source } = sourceOf((type, id): FetchedRecords | null => {
    if (type === "account") return { jobs: [], contacts: [] };
    return broken.has(id) ? null : found(id, "x");
  });
  const b = backend({ source, logger });
  const ids = Array.from({ length: RECORDS }, (_, index) => `job-${index}`);
  await update(ids);
  for (const id of ids.slice(0, 60)) broken.add(id);
  await update(ids.slice(0, 60));
  expect(await deleted()).toBe(5);
  expect(warnings.filter((details) => "limit" in (details as object))).toEqual([
    { tenant: "acme", limit: 5 },
  ]);
  b.clock.now += 3_600_000;
  await update(ids.slice(30, 60));
  expect(await deleted()).toBe(10);

  async function update(chosen: readonly string[]) {
    for (const id of chosen) await b.send(notification("JOB_UPDATE", id));
    for (let looks = 0; looks < 5; looks += 1) {
      await b.worker.drain();
      b.clock.now += 30_000;
    }
  }

  async function deleted() {
    const jobs = await b.store.jobs("acme");
    return jobs.filter(({ deletedAt }) => deletedAt !== null).length;
  }
});

it("worker: always takes two records of a small account for deleted", async () => {
  const { source } = sourceOf((type) => (type === "account" ? { jobs: [], contacts: [] } : null));
  const b = backend({ source });
  for (const id of ["1", "2", "3"]) await b.send(notification("JOB_UPDATE", id));
  for (let looks = 0; looks < 5; looks += 1) {
    await b.worker.drain();
    b.clock.now += 30_000;
  }
  expect(await b.store.jobs("acme")).toHaveLength(2);
});
