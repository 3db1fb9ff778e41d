import type { FetchLike } from "@jobber-sync/api";
import { createMemoryInbox, createMemoryStore, createWorker } from "@jobber-sync/core";
import { incomingDelivery, notificationPayload } from "@jobber-sync/testing";
import { describe, expect, it } from "vitest";
import { queryCost } from "../../src/limits/query-cost.ts";
import { addJob, openApi, SIGNAL } from "../support/open-api.ts";
import { openReconciler } from "../support/open-reconciler.ts";

const EXTRA = {
  job: "visits(first: 5) { nodes { id title } } client { firstName } short: title",
  client: "jobs(first: 3) { nodes { id jobNumber } }",
};

/** Records the points of every query, as Jobber states them and as this package estimates them. */
function measuring() {
  const points: { readonly requested: number; readonly estimated: number | null }[] = [];
  const fetch: FetchLike = async (url, init) => {
    const response = await globalThis.fetch(url, init);
    const { query, variables } = JSON.parse(String(init?.body ?? "{}"));
    const body = JSON.parse(await response.clone().text());
    const requested = body.extensions?.cost?.requestedQueryCost;
    if (requested) points.push({ requested, estimated: queryCost(query, variables) });
    return response;
  };
  return { points, fetch };
}

describe("extra", () => {
  it("is read with jobs and clients, by every type of fetch", async () => {
    const { api, account } = await openApi({ api: { extra: EXTRA } });
    const { job, client, property } = addJob(account);
    const visit = account.addVisit(job.id, { title: "Mow" });
    const ofJob = {
      visits: { nodes: [{ id: visit.id, title: "Mow" }] },
      client: { firstName: "John" },
      short: "Lawn Service",
    };
    const ofClient = { jobs: { nodes: [{ id: job.id, jobNumber: job.jobNumber }] } };
    for (const [type, id] of [
      ["job", job.id],
      ["visit", visit.id],
      ["property", property.id],
    ] as const) {
      const records = await api.fetch("acme", type, id, { signal: SIGNAL });
      expect(records?.jobs[0]?.fields).toMatchObject({ extra: ofJob, title: "Lawn Service" });
      expect(records?.contacts[0]?.fields).toMatchObject({ extra: ofClient, name: "John Doe" });
    }
    const records = await api.fetch("acme", "client", client.id, { signal: SIGNAL });
    expect(records?.contacts[0]?.fields.extra).toEqual(ofClient);
  });

  it("that Jobber hides is dropped and reported; records and the other selection are read", async () => {
    const { api, account, clock, connect, emitted, jobber } = await openApi({
      api: { extra: EXTRA },
    });
    const { job } = addJob(account);
    const read = async () => {
      const records = await api.fetch("acme", "job", job.id, { signal: SIGNAL });
      return [records?.jobs[0]?.fields, records?.contacts[0]?.fields];
    };
    account.conditions.hidden.add("Job.visits");
    const [hidden, contact] = await read();
    expect(hidden).toMatchObject({ title: "Lawn Service" });
    expect(hidden).not.toHaveProperty("extra");
    expect(contact).toHaveProperty("extra");
    expect(emitted).toContainEqual([
      "missingPermission",
      { tenant: "acme", hidden: ["Job.visits"] },
    ]);
    // Not asked for again, until the account is connected with more permissions or time has passed.
    const before = jobber.counts.requests;
    await read();
    expect(jobber.counts.requests).toBe(before + 1);
    account.conditions.hidden.clear();
    await connect();
    expect((await read())[0]).toHaveProperty("extra");
    account.conditions.hidden.add("Job.visits");
    await read();
    account.conditions.hidden.clear();
    clock.now += 16 * 60_000;
    expect((await read())[0]).toHaveProperty("extra");
  });

  it("does not hide that a permission for the records themselves is missing", async () => {
    const { api, account } = await openApi({ api: { extra: EXTRA } });
    const { job } = addJob(account);
    account.conditions.hidden.add("Job.total");
    await expect(api.fetch("acme", "job", job.id, { signal: SIGNAL })).rejects.toMatchObject({
      code: "ERR_API_PERMISSION",
      details: { hidden: ["Job.total"] },
    });
  });

  it("is stored by reconcile, compared by content, and kept while it is hidden", async () => {
    const { account, store, reconcile, clock, jobber } = await openReconciler({
      api: { extra: EXTRA },
    });
    const { job } = addJob(account);
    const visit = account.addVisit(job.id, { title: "Mow" });
    const stored = async () => (await store.jobs("acme"))[0]?.extra;
    await reconcile("acme");
    expect(await stored()).toMatchObject({ visits: { nodes: [{ id: visit.id, title: "Mow" }] } });
    clock.now += 60_000;
    const quiet = await reconcile("acme", { full: true });
    expect([quiet.jobs, quiet.clients]).toMatchObject([
      { seen: 1, updated: 0 },
      { seen: 1, updated: 0 },
    ]);
    // A visit does not move its job's time: only a sweep sees it.
    account.update("visit", visit.id, { title: "Trim" });
    account.conditions.hidden.add("Job.visits");
    await reconcile("acme", { full: true });
    expect(await stored()).toMatchObject({ visits: { nodes: [{ title: "Mow" }] } });
    account.conditions.hidden.clear();
    clock.now += 16 * 60_000;
    expect(await reconcile("acme", { full: true })).toMatchObject({ jobs: { updated: 1 } });
    expect(await stored()).toMatchObject({ visits: { nodes: [{ title: "Trim" }] } });
    expect(jobber.counts.throttled).toBe(0);
  });

  it("makes pages smaller, so that no query requests more than a quarter of the bucket", async () => {
    const { points, fetch } = measuring();
    const { account, store, reconcile } = await openReconciler({
      api: { fetch, extra: { job: "visits(first: 50) { nodes { id title startAt endAt } }" } },
    });
    const { property } = addJob(account);
    for (let n = 0; n < 30; n++) account.addJob(property.id);
    await reconcile("acme");
    expect(await store.jobs("acme")).toHaveLength(31);
    const requested = points.map((query) => query.requested);
    expect(Math.max(...requested)).toBeLessThanOrEqual(2500);
    expect(Math.max(...requested)).toBeGreaterThan(2000);
    expect(points.every((query) => query.requested === query.estimated)).toBe(true);
  });

  it("reaches handlers and the store through the worker", async () => {
    const { api, account } = await openApi({ api: { extra: EXTRA } });
    const { job } = addJob(account);
    const store = createMemoryStore();
    const inbox = createMemoryInbox({ nextSequence: () => store.nextSequence() });
    const seen: unknown[] = [];
    const worker = createWorker({
      inbox,
      store,
      source: api,
      on: { "job.updated": ({ records }) => void seen.push(records?.jobs[0]?.fields.extra) },
    });
    const { id: itemId } = job;
    const body = Buffer.from(JSON.stringify(notificationPayload("JOB_UPDATE", { itemId })));
    await inbox.accept(incomingDelivery(itemId, { body }));
    await worker.drain();
    const extra = { short: "Lawn Service", client: { firstName: "John" }, visits: { nodes: [] } };
    expect(seen).toEqual([extra]);
    expect((await store.jobs("acme"))[0]?.extra).toEqual(extra);
  });
});

describe("createJobberApi", () => {
  it.each([
    ["blank text", "  ", /must be a GraphQL selection/],
    ["text that is not GraphQL", "tags {", /extra\.job is not a GraphQL selection/],
    ["more than a selection", "title } query Other { account { id }", /braces are not balanced/],
    ["a variable", "visits(first: $first) { nodes { id } }", /must not contain variables/],
    ["a named fragment", "client { ...Name }", /must not contain named fragments/],
    ["a fragment at its top level", "... on Job { title }", /must list fields/],
    [
      "more than a query may cost",
      "visits { nodes { id lineItems { nodes { id } } } }",
      /costs \d+/,
    ],
  ])("rejects a selection that is %s", async (_what, job, message) => {
    await expect(openApi({ api: { extra: { job } } })).rejects.toThrow(message);
  });
});
