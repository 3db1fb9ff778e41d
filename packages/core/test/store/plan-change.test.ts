import { planChange, type SubmissionWrite } from "@jobber-sync/core/ports";
import { describe, expect, it } from "vitest";

describe("planChange", () => {
  it("sorts records by tenant and id, so that two writers lock in one order", () => {
    const { jobs } = planChange({
      contacts: [],
      jobs: [
        ["b", "1"],
        ["a", "9"],
        ["a", "10"],
        ["a", "9"],
      ].map(([tenant = "", jobberJobId = ""], index) => ({
        tenant,
        jobberJobId,
        mode: "replace" as const,
        fields: {},
        sourceUpdatedAt: null,
        sequence: index + 1,
      })),
      submissions: [],
    });
    expect(jobs.map(({ record }) => [record.tenant, record.jobberJobId])).toEqual([
      ["a", "10"],
      ["a", "9"],
      ["b", "1"],
    ]);
  });

  it("does not take ids apart: a slug and an id that read alike when joined are two", () => {
    const write = { mode: "delete", sequence: 1, deletedAt: "2026-01-25T10:00:00Z" } as const;
    const { contacts } = planChange({
      contacts: [
        { ...write, tenant: "a", jobberClientId: '","b' },
        { ...write, tenant: 'a","', jobberClientId: "b" },
      ],
      jobs: [],
      submissions: [],
    });
    expect(contacts).toHaveLength(2);
  });

  it("keeps the first of two submissions with one key", () => {
    const submission = (createdAt: string): SubmissionWrite => ({
      tenant: "acme",
      deliveryKey: "key",
      channel: "jobber",
      payload: {
        event: "client.updated",
        jobber_client_id: "1",
        client_name: null,
        client_email: null,
        client_phone: null,
        address: null,
      },
      createdAt,
    });
    const { submissions } = planChange({
      contacts: [],
      jobs: [],
      submissions: [submission("2026-01-25T10:00:00Z"), submission("2026-01-25T11:00:00Z")],
    });
    expect(submissions.map(({ createdAt }) => createdAt)).toEqual(["2026-01-25T10:00:00Z"]);
  });
});
