import { strictEqual } from "node:assert/strict";
import type { JobRecord, SyncReader } from "@jobber-sync/core";
import type { JobWrite, SyncStore } from "@jobber-sync/core/ports";
import { changeOf, TENANT } from "./sample-writes.ts";

/** Applies one write of a job and returns its outcome. */
export async function apply(store: SyncStore, write: JobWrite): Promise<string> {
  const { jobs } = await store.apply(changeOf({ jobs: [write] }));
  strictEqual(jobs.length, 1);
  return jobs[0]?.outcome ?? "";
}

/** Returns the tenant's only job. */
export async function onlyJob(store: SyncReader): Promise<JobRecord> {
  const [job, ...others] = await store.jobs(TENANT);
  strictEqual(others.length, 0);
  if (job === undefined) throw new Error("There is no job.");
  return job;
}
