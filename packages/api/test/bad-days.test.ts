import { describe, expect, it } from "vitest";
import { findDifferences } from "./support/find-differences.ts";
import { addJob } from "./support/open-api.ts";
import { openBadDay } from "./support/open-bad-day.ts";
import { OUTAGES, outageTests } from "./support/outage-tests.ts";

const HOUR_MS = 3_600_000;

describe("worker and API during trouble", () => {
  // 70 hours of each in the long test.
  outageTests(OUTAGES.slice(0, 1), 70);
  outageTests(OUTAGES.slice(1), 12);

  it("turn deliveries dead after three days of outage; replay processes them", async () => {
    const day = await openBadDay();
    const { account, jobber } = day;
    const { job } = addJob(account);
    jobber.faults.always("graphql", { kind: "reset" });
    await day.notify("JOB_CREATE", job.id);
    await day.pass(80 * HOUR_MS);
    expect(await day.states()).toEqual({ dead: 1 });
    jobber.faults.clear();
    expect(await day.inbox.replay({ states: ["dead"] })).toBe(1);
    await day.worker.drain();
    expect(await findDifferences(day.store, account)).toEqual([]);
  });

  it("wait with few requests during an hour of 429, without counting failures", async () => {
    const day = await openBadDay();
    const { account, jobber } = day;
    const jobs = Array.from({ length: 10 }, () => addJob(account));
    jobber.faults.always("graphql", { kind: "too_many_requests", retryAfter: "60" });
    const before = jobber.counts.requests;
    for (const { job, client } of jobs) {
      await day.notify("JOB_CREATE", job.id);
      await day.notify("CLIENT_CREATE", client.id);
    }
    await day.pass(HOUR_MS);
    expect(jobber.counts.requests - before).toBeLessThan(200);
    const rows = await day.inbox.list({ limit: 1000 });
    expect(rows.every(({ attempts, retries }) => attempts === 0 && retries === 0)).toBe(true);
    jobber.faults.clear();
    await day.pass(10 * 60_000);
    expect(await day.states()).toEqual({ done: 20 });
    expect(await findDifferences(day.store, account)).toEqual([]);
  });

  it("pause deliveries without requests after the tokens are revoked, and resume them on connect", async () => {
    const day = await openBadDay();
    const { account, jobber, emitted } = day;
    const first = addJob(account);
    await day.notify("JOB_CREATE", first.job.id);
    await day.notify("CLIENT_CREATE", first.client.id);
    await day.pass(1000);
    jobber.expireAccessTokens(account);
    jobber.faults.always("token", {
      kind: "body",
      status: 401,
      body: { message: "The provided refresh token is not valid." },
    });
    const jobs = Array.from({ length: 10 }, () => addJob(account));
    for (const { job, client } of jobs) {
      await day.notify("JOB_CREATE", job.id);
      await day.notify("CLIENT_CREATE", client.id);
    }
    await day.pass(100 * HOUR_MS);
    expect(await day.states()).toEqual({ done: 2, paused: 20 });
    expect(emitted.filter(([name]) => name === "needsReauth")).toHaveLength(1);
    const { requests } = jobber.counts;
    await day.pass(100 * HOUR_MS);
    expect(jobber.counts.requests).toBe(requests);
    jobber.faults.clear();
    await day.connect();
    expect(await day.inbox.resume("acme", { now: day.clock.now })).toBe(20);
    await day.pass(1000);
    expect(await day.states()).toEqual({ done: 22 });
    expect(await findDifferences(day.store, account)).toEqual([]);
  });

  it("call the app.disconnected handler once the disconnect is confirmed, and pause later deliveries", async () => {
    const day = await openBadDay();
    const { account, jobber, clock, handled } = day;
    const { job } = addJob(account);
    clock.now += 60_000;
    await day.notify("APP_DISCONNECT", account.id);
    await day.pass(1000);
    expect(handled).toEqual([]);
    jobber.disconnect(account);
    clock.now += 60_000;
    await day.notify("APP_DISCONNECT", account.id);
    await day.notify("JOB_UPDATE", job.id);
    await day.pass(1000);
    expect(handled).toEqual(["acme"]);
    expect(await day.states()).toEqual({ done: 2, paused: 1 });
  });

  it("pause deliveries while a permission is missing, keep every record, and resume them on connect", async () => {
    const day = await openBadDay();
    const { account } = day;
    const { job, client } = addJob(account);
    await day.notify("JOB_CREATE", job.id);
    await day.pass(1000);
    account.conditions.hidden.add("Job.client");
    await day.notify("JOB_UPDATE", job.id);
    await day.notify("CLIENT_UPDATE", client.id);
    await day.pass(24 * HOUR_MS);
    expect((await day.store.jobs("acme"))[0]).toMatchObject({
      jobberClientId: client.id,
      deletedAt: null,
    });
    expect(day.emitted).toContainEqual([
      "missingPermission",
      { tenant: "acme", hidden: ["Job.client"] },
    ]);
    account.conditions.hidden.clear();
    await day.connect();
    await day.inbox.resume("acme", { now: day.clock.now });
    // Nothing has changed in Jobber, so that the record is older than its notification.
    await day.pass(10_000);
    expect(await day.states()).toEqual({ done: 3 });
    expect(await findDifferences(day.store, account)).toEqual([]);
  });

  it("look again for a destroyed job while replicas lag", async () => {
    const day = await openBadDay();
    const { account, clock } = day;
    const { job, client } = addJob(account);
    await day.notify("JOB_CREATE", job.id);
    await day.notify("CLIENT_CREATE", client.id);
    await day.pass(60_000);
    account.conditions.replicaLagMs = 50_000;
    account.destroy("job", job.id);
    await day.notify("JOB_DESTROY", job.id);
    clock.now += 1;
    await day.pass(1000);
    expect((await day.store.jobs("acme"))[0]?.deletedAt).toBeNull();
    account.conditions.replicaLagMs = 0;
    await day.pass(61_000);
    expect((await day.store.jobs("acme"))[0]?.deletedAt).not.toBeNull();
    expect(await findDifferences(day.store, account)).toEqual([]);
  });
});
