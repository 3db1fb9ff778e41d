import {
  createMemoryInbox,
  createMemoryStore,
  createReceiver,
  createWorker,
  type JobStatus,
  signPayload,
} from "@jobber-sync/core";
import { incomingDelivery, notificationPayload, silentLogger } from "@jobber-sync/testing";
import type { SimulatedJob, SimulatedJobStatus } from "@jobber-sync/testing/simulator";
import { expect, it } from "vitest";
import { addJob } from "./support/open-api.ts";
import { openReconciler } from "./support/open-reconciler.ts";

// From the specification, not from the code under test.
const EXPECTED: Readonly<Record<Exclude<SimulatedJobStatus, "archived">, JobStatus>> = {
  requires_invoicing: "completed",
  late: "scheduled",
  today: "scheduled",
  upcoming: "scheduled",
  active: "in_progress",
  expiring_within_30_days: "in_progress",
  unscheduled: "unscheduled",
  action_required: "on_hold",
  on_hold: "on_hold",
};
const STATUSES = [...Object.keys(EXPECTED), "archived"] as SimulatedJobStatus[];
const DONE = "2026-01-20T10:00:00Z";

function expected({ jobStatus, jobType, completedAt }: SimulatedJob): JobStatus {
  if (jobStatus !== "archived") return EXPECTED[jobStatus];
  return jobType === "ONE_OFF" && completedAt === null ? "cancelled" : "completed";
}

it("every jobStatus of every jobType, completed or not, gets its status by webhook, reconcile and snapshot", async () => {
  const { account, api, clock, reconcile, store } = await openReconciler();
  const { property } = addJob(account);
  for (const jobStatus of STATUSES)
    for (const jobType of ["ONE_OFF", "RECURRING"] as const)
      for (const completedAt of [DONE, null])
        account.addJob(property.id, { jobStatus, jobType, completedAt });
  const jobs = account.all("job");
  expect(jobs).toHaveLength(41);
  const wanted = jobs.map((job) => [job.id, job.jobStatus, expected(job)]).sort();
  const statusesIn = async ({ jobs: read }: typeof store) =>
    (await read("acme")).map(({ jobberJobId, jobberStatus, status }) => [
      jobberJobId,
      jobberStatus,
      status,
    ]);

  await reconcile("acme");
  expect((await statusesIn(store)).sort()).toEqual(wanted);

  const now = () => clock.now;
  const fetched = createMemoryStore();
  const inbox = createMemoryInbox({ nextSequence: () => fetched.nextSequence(), now });
  const shared = { source: api, logger: silentLogger, now };
  const worker = createWorker({ ...shared, inbox, store: fetched, fetchesPerSecond: 10_000 });
  for (const { id: itemId } of jobs) {
    const payload = notificationPayload("JOB_UPDATE", { itemId });
    const body = Buffer.from(JSON.stringify(payload));
    await inbox.accept(incomingDelivery(itemId, { body, receivedAt: clock.now }));
  }
  await worker.drain();
  expect((await statusesIn(fetched)).sort()).toEqual(wanted);

  const snapshots = createMemoryStore();
  const secrets = "the OAuth client secret";
  const tenants = [{ slug: "acme", secrets }];
  const receiver = createReceiver({ ...shared, tenants, store: snapshots });
  for (const { id, jobStatus, jobType, completedAt } of jobs) {
    const data = { id, status: jobStatus, job_type: jobType, completed_at: completedAt };
    const body = Buffer.from(JSON.stringify({ event: "job.updated", data }));
    await receiver.receive({ tenant: "acme", signature: signPayload(body, secrets), body });
  }
  expect((await statusesIn(snapshots)).sort()).toEqual(wanted);
});
