import { setTimeout as delayFor } from "node:timers/promises";
import { defineDocument } from "@jobber-sync/api";
import { describe, expect, it } from "vitest";
import { addJob, openApi, SIGNAL, START } from "../support/open-api.ts";

const BIG = defineDocument<unknown, { first: number }>(
  "query($first: Int!) { jobs(first: $first) { nodes { id title total client { id name email } } } }",
);

describe("rate limits", () => {
  it("wait for the bucket instead of sending a query that would be throttled", async () => {
    const { api, clock, jobber } = await openApi();
    const start = clock.now;
    for (let n = 0; n < 30; n++) await api.request("acme", BIG, { first: 100 });
    expect(jobber.counts.throttled).toBe(0);
    expect(jobber.counts.queries.jobs).toBe(30);
    // The responses are nearly empty, and Jobber charges their actual cost: the wait is for
    // admission.
    expect(clock.now - start).toBeLessThan(60_000);
  });

  it("admit concurrent queries without one being throttled", async () => {
    // Real time at twenty times the speed, since requests in flight matter here.
    const begin = performance.now();
    const now = (): number => START + (performance.now() - begin) * 20;
    const sleep = async (ms: number): Promise<void> => delayFor(ms / 20);
    const { api, account, jobber } = await openApi({
      api: { maxWaitMs: 600_000, now, sleep },
      jobber: { now },
    });
    const { property } = addJob(account);
    for (let n = 0; n < 99; n++) account.addJob(property.id);
    await api.request("acme", BIG, { first: 100 });
    const start = now();
    await Promise.all(Array.from({ length: 20 }, () => api.request("acme", BIG, { first: 100 })));
    expect(jobber.counts.throttled).toBe(0);
    // 21 × 701 points, 10,000 in the bucket, 500 a second.
    expect(now() - start).toBeGreaterThan(8000);
  });

  it("reject with retryAfterMs when the wait exceeds maxWaitMs", async () => {
    const { api, account, jobber } = await openApi({ api: { maxWaitMs: 50 } });
    const { property } = addJob(account);
    for (let n = 0; n < 99; n++) account.addJob(property.id);
    const results = await Promise.allSettled(
      Array.from({ length: 40 }, () => api.request("acme", BIG, { first: 100 })),
    );
    const rejected = results.flatMap((result) =>
      result.status === "rejected" ? [result.reason] : [],
    );
    expect(rejected.length).toBeGreaterThan(0);
    for (const error of rejected) {
      expect(error).toMatchObject({ code: "ERR_API_THROTTLED", retryable: true });
      expect(error.retryAfterMs).toBeGreaterThan(0);
    }
    expect(jobber.counts.requests).toBeLessThan(45);
  });

  it("learn from a response that another client has emptied the bucket", async () => {
    const { api, another, account, jobber, clock, emitted } = await openApi({
      api: { maxWaitMs: 600_000 },
    });
    const { property } = addJob(account);
    for (let n = 0; n < 99; n++) account.addJob(property.id);
    await api.request("acme", BIG, { first: 100 });
    const other = another();
    for (let n = 0; n < 14; n++) await other.request("acme", BIG, { first: 100 });
    const error: unknown = await api
      .request("acme", BIG, { first: 100 })
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "ERR_API_THROTTLED" });
    const { retryAfterMs = 0 } = error as { retryAfterMs?: number };
    expect(emitted.at(-1)).toEqual(["throttled", { tenant: "acme", retryAfterMs }]);
    clock.now += retryAfterMs;
    await api.request("acme", BIG, { first: 100 });
    expect(jobber.counts.throttled).toBe(1);
  });

  it("reject a query that Jobber would never admit as final", async () => {
    const { api } = await openApi();
    await expect(api.request("acme", BIG, { first: 5000 })).rejects.toMatchObject({
      code: "ERR_API_QUERY",
      retryable: false,
    });
  });

  it("send at most maxRequests in 300 s", async () => {
    const { api, account, jobber, clock } = await openApi({
      api: { maxRequests: 20, maxWaitMs: 600_000 },
      jobber: { limits: { requests: 21 } },
    });
    const { job } = addJob(account);
    const start = clock.now;
    for (let n = 0; n < 60; n++) await api.fetch("acme", "job", job.id, { signal: SIGNAL });
    expect(jobber.counts.tooManyRequests).toBe(0);
    expect(clock.now - start).toBeGreaterThanOrEqual(600_000);
  });

  it("send no request for a tenant during the wait after a 429, and leave other tenants alone", async () => {
    const { api, account, jobber, clock, connect } = await openApi();
    const { job } = addJob(account);
    await connect("globex", account, { allowSharedAccount: true });
    jobber.faults.next("graphql", { kind: "too_many_requests", retryAfter: "120" });
    const code = "ERR_API_RATE_LIMITED";
    await expect(api.fetch("acme", "job", job.id, { signal: SIGNAL })).rejects.toMatchObject({
      code,
      retryAfterMs: 120_000,
    });
    const { requests } = jobber.counts;
    for (let n = 0; n < 10; n++)
      await expect(api.fetch("acme", "job", job.id, { signal: SIGNAL })).rejects.toMatchObject({
        code,
        retryAfterMs: 120_000,
      });
    expect(jobber.counts.requests).toBe(requests);
    expect(await api.fetch("globex", "job", job.id, { signal: SIGNAL })).not.toBeNull();
    clock.now += 120_000;
    expect(await api.fetch("acme", "job", job.id, { signal: SIGNAL })).not.toBeNull();
  });

  it("keep working when the clock is set back an hour", async () => {
    let own = START;
    const { another, account } = await openApi();
    const { job } = addJob(account);
    const api = another({ now: () => own });
    await api.fetch("acme", "job", job.id, { signal: SIGNAL });
    own -= 3_600_000;
    expect(await api.fetch("acme", "job", job.id, { signal: SIGNAL })).not.toBeNull();
  });
});
