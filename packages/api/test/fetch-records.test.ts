import { CONTACT_FIELDS, JOB_FIELDS } from "@jobber-sync/core/ports";
import { describe, expect, it } from "vitest";
import { addJob, openApi, SIGNAL } from "./support/open-api.ts";

describe("api.fetch", () => {
  it("returns a job with its property's address and its complete client", async () => {
    const { api, account } = await openApi();
    const { job, client, property } = addJob(account);
    const records = await api.fetch("acme", "job", job.id, { signal: SIGNAL });
    expect(records).toEqual({
      jobs: [
        {
          jobberJobId: job.id,
          sourceUpdatedAt: "2026-01-25T10:00:00Z",
          fields: {
            jobNumber: job.jobNumber,
            jobType: "ONE_OFF",
            instructions: null,
            title: "Lawn Service",
            status: "scheduled",
            jobberStatus: "upcoming",
            scheduledAt: "2026-01-25T16:00:00Z",
            endsAt: null,
            completedAt: null,
            street: "123 Main St",
            city: "Austin",
            state: "TX",
            postalCode: "78701",
            country: "US",
            jobberClientId: client.id,
            total: 120.5,
            webUri: expect.stringMatching(/^https:\/\/secure\.getjobber\.com\/jobs\/\d+$/),
            jobberPropertyId: property.id,
            sourceCreatedAt: "2026-01-25T10:00:00Z",
          },
        },
      ],
      contacts: [
        {
          jobberClientId: client.id,
          sourceUpdatedAt: "2026-01-25T10:00:00Z",
          fields: {
            name: "John Doe",
            firstName: "John",
            lastName: "Doe",
            companyName: null,
            email: "john@example.com",
            phone: "555-1234",
            isCompany: false,
            isLead: false,
            isArchived: false,
            // The client has no billing address and one property.
            street: "123 Main St",
            city: "Austin",
            state: "TX",
            postalCode: "78701",
            country: "US",
            webUri: expect.stringMatching(/clients/),
            sourceCreatedAt: "2026-01-25T10:00:00Z",
          },
        },
      ],
    });
    expect(Object.keys(records?.jobs[0]?.fields ?? {}).sort()).toEqual(
      JOB_FIELDS.filter((field) => field !== "extra").sort(),
    );
    expect(Object.keys(records?.contacts[0]?.fields ?? {}).sort()).toEqual(
      CONTACT_FIELDS.filter((field) => field !== "extra").sort(),
    );
  });

  it("returns a client with its billing address, and empty text as null", async () => {
    const { api, account } = await openApi();
    const client = account.addClient({
      companyName: "Globex",
      isCompany: true,
      isLead: true,
      isArchived: true,
      billingAddress: {
        street: "1 Way",
        city: "",
        province: "ON",
        postalCode: "K1A 0B1",
        country: null,
      },
    });
    const records = await api.fetch("acme", "client", client.id, { signal: SIGNAL });
    expect(records?.jobs).toEqual([]);
    expect(records?.contacts[0]?.fields).toMatchObject({
      name: "Globex",
      firstName: null,
      lastName: null,
      companyName: "Globex",
      isCompany: true,
      email: null,
      isLead: true,
      isArchived: true,
      street: "1 Way",
      city: null,
      state: "ON",
      postalCode: "K1A 0B1",
      country: null,
    });
  });

  it("returns the job of a visit", async () => {
    const { api, account } = await openApi();
    const { job, client } = addJob(account);
    const visit = account.addVisit(job.id);
    const records = await api.fetch("acme", "visit", visit.id, { signal: SIGNAL });
    expect(records?.jobs.map(({ jobberJobId }) => jobberJobId)).toEqual([job.id]);
    expect(records?.contacts.map(({ jobberClientId }) => jobberClientId)).toEqual([client.id]);
  });

  it("returns every job of a property from all pages, and its client once", async () => {
    const { api, account, jobber } = await openApi();
    const { property } = addJob(account);
    for (let n = 0; n < 44; n++) account.addJob(property.id);
    const records = await api.fetch("acme", "property", property.id, { signal: SIGNAL });
    expect(new Set(records?.jobs.map(({ jobberJobId }) => jobberJobId)).size).toBe(45);
    expect(records?.contacts.length).toBe(1);
    expect(jobber.counts.queries.property).toBe(3);
  });

  it("confirms the account, and returns null for another one", async () => {
    const { api, account, jobber } = await openApi();
    expect(
      await api.fetch("acme", "account", account.id.replace(/=+$/, ""), { signal: SIGNAL }),
    ).toEqual({
      jobs: [],
      contacts: [],
    });
    expect(
      await api.fetch("acme", "account", jobber.addAccount().id, { signal: SIGNAL }),
    ).toBeNull();
  });

  it.each(["job", "client", "visit", "property"] as const)(
    "returns null for a %s that is gone",
    async (type) => {
      const { api, account } = await openApi();
      const { job, client, property } = addJob(account);
      const visit = account.addVisit(job.id);
      const { id } = { job, client, property, visit }[type];
      account.destroy("client", client.id);
      expect(await api.fetch("acme", type, id, { signal: SIGNAL })).toBeNull();
    },
  );

  it.each([
    ["requires_invoicing", "completed"],
    ["late", "scheduled"],
    ["today", "scheduled"],
    ["upcoming", "scheduled"],
    ["action_required", "on_hold"],
    ["on_hold", "on_hold"],
    ["unscheduled", "unscheduled"],
    ["active", "in_progress"],
    ["expiring_within_30_days", "in_progress"],
    ["archived", "cancelled"],
  ] as const)("maps the status %s to %s, in either case", async (jobStatus, expected) => {
    const { api, another, account } = await openApi();
    const { job } = addJob(account);
    account.update("job", job.id, { jobStatus });
    const records = await api.fetch("acme", "job", job.id, { signal: SIGNAL });
    expect(records?.jobs[0]?.fields).toMatchObject({ status: expected, jobberStatus: jobStatus });
    const loud = another({
      fetch: async (url, init) => {
        const text = await (await fetch(url, init)).text();
        return new Response(text.replace(`"${jobStatus}"`, `"${jobStatus.toUpperCase()}"`));
      },
    });
    const shouted = await loud.fetch("acme", "job", job.id, { signal: SIGNAL });
    const jobberStatus = jobStatus.toUpperCase();
    expect(shouted?.jobs[0]?.fields).toMatchObject({ status: expected, jobberStatus });
  });

  it("maps a completed archived job to completed", async () => {
    const { api, account } = await openApi();
    const { job } = addJob(account);
    account.closeJob(job.id);
    const records = await api.fetch("acme", "job", job.id, { signal: SIGNAL });
    expect(records?.jobs[0]?.fields).toMatchObject({
      status: "completed",
      jobberStatus: "archived",
      completedAt: "2026-01-25T10:00:00Z",
    });
  });

  it("clamps an updatedAt in the future to Jobber's clock, with a warning", async () => {
    const { account, another, clock } = await openApi();
    const { job, client } = addJob(account);
    const api = another({
      fetch: async (url, init) => {
        const response = await fetch(url, init);
        const text = await response.text();
        const patched = text.replace(
          /"updatedAt":"2026-01-25T10:00:00Z"/,
          '"updatedAt":"2062-01-25T10:00:00Z"',
        );
        return new Response(patched, { headers: response.headers });
      },
    });
    clock.now += 1500;
    const records = await api.fetch("acme", "job", job.id, { signal: SIGNAL });
    expect(records?.jobs[0]?.sourceUpdatedAt).toBe("2026-01-25T10:00:01Z");
    expect(records?.contacts[0]?.sourceUpdatedAt).toBe("2026-01-25T10:00:00Z");
    expect(records?.warnings).toEqual([{ code: "future_time", path: "job.updatedAt" }]);
    const fetched = await api.fetch("acme", "client", client.id, { signal: SIGNAL });
    expect(fetched?.warnings).toEqual([{ code: "future_time", path: "client.updatedAt" }]);
    expect(fetched?.contacts[0]?.sourceUpdatedAt).toBe("2026-01-25T10:00:01Z");
  });

  it("sends ids as variables only", async () => {
    const { api, jobber } = await openApi();
    const attempt = api.fetch("acme", "job", '1") { id } evil: clients { nodes { id } } #', {
      signal: SIGNAL,
    });
    await expect(attempt).rejects.toMatchObject({ code: "ERR_API_QUERY" });
    expect(jobber.counts.queries).not.toHaveProperty("clients");
  });
});
