import { buildSubmission, deliveryKey, formatAddress, parseEvent } from "@jobber-sync/core";
import { describe, expect, it } from "vitest";

const parse = (body: object) => parseEvent(new TextEncoder().encode(JSON.stringify(body)));
const notification = (topic: string, fields: object = {}) =>
  parse({
    data: {
      webHookEvent: {
        topic,
        appId: "app",
        accountId: "MQ==",
        itemId: "Mg==",
        occurredAt: "2026-01-25T10:00:00-06:00",
        ...fields,
      },
    },
  });

const LAWN = {
  id: "123",
  title: "Lawn Service",
  status: "scheduled",
  scheduled_at: "2026-01-25T10:00:00Z",
  client: { id: "456", name: "John Doe", email: "john@example.com", phone: "555-1234" },
  address: { street: "123 Main St", city: "Austin", state: "TX" },
};

describe("buildSubmission", () => {
  it("builds the submission of a job snapshot", () => {
    expect(buildSubmission(parse({ event: "job.created", data: LAWN }))).toStrictEqual({
      channel: "jobber",
      payload: {
        event: "job.created",
        jobber_job_id: "123",
        title: "Lawn Service",
        status: "scheduled",
        scheduled_at: "2026-01-25T10:00:00Z",
        client_name: "John Doe",
        client_email: "john@example.com",
        client_phone: "555-1234",
        address: "123 Main St, Austin, TX",
      },
    });
  });

  it("uses null for missing values", () => {
    expect(
      buildSubmission(parse({ event: "job.updated", data: { id: "1" } }))?.payload,
    ).toStrictEqual({
      event: "job.updated",
      jobber_job_id: "1",
      title: null,
      status: null,
      scheduled_at: null,
      client_name: null,
      client_email: null,
      client_phone: null,
      address: null,
    });
  });

  it("builds the submission of a client snapshot", () => {
    const data = {
      id: "456",
      first_name: "John",
      last_name: "Doe",
      email: "john@example.com",
      address: { city: "Austin", postal_code: "78701" },
    };
    expect(buildSubmission(parse({ event: "client.updated", data }))).toStrictEqual({
      channel: "jobber",
      payload: {
        event: "client.updated",
        jobber_client_id: "456",
        client_name: "John Doe",
        client_email: "john@example.com",
        client_phone: null,
        address: "Austin, 78701",
      },
    });
  });

  it("uses the mapped status, or Jobber's own if it is unknown", () => {
    const status = (text: string) =>
      buildSubmission(parse({ event: "job.updated", data: { id: "1", status: text } }))?.payload;
    expect(status("requires_invoicing")).toMatchObject({ status: "completed" });
    expect(status("Paused")).toMatchObject({ status: "Paused" });
  });

  it("uses completed as the status of a job.completed snapshot without one", () => {
    const status = (data: object) =>
      buildSubmission(parse({ event: "job.completed", data: { id: "1", ...data } }))?.payload;
    expect(status({})).toMatchObject({ status: "completed" });
    expect(status({ status: null })).toMatchObject({ status: "completed" });
    expect(status({ status: "late" })).toMatchObject({ status: "scheduled" });
  });

  it("applies statusOverrides", () => {
    const event = parse({ event: "job.updated", data: { id: "1", status: "late" } });
    expect(
      buildSubmission(event, null, { statusOverrides: { late: "on_hold" } })?.payload,
    ).toMatchObject({
      status: "on_hold",
    });
  });

  it("uses the fetched records of a notification", () => {
    const record = {
      job: { title: "Gutters", status: "completed", jobberStatus: "archived", city: "Austin" },
      contact: { name: "Zoë" },
    } as const;
    expect(buildSubmission(notification("JOB_CLOSED"), record)?.payload).toMatchObject({
      event: "job.completed",
      jobber_job_id: "Mg==",
      title: "Gutters",
      status: "completed",
      client_name: "Zoë",
      address: "Austin",
    });
  });

  it("contains only event and id for a delete", () => {
    expect(buildSubmission(notification("CLIENT_DESTROY"))?.payload).toStrictEqual({
      event: "client.deleted",
      jobber_client_id: "Mg==",
      client_name: null,
      client_email: null,
      client_phone: null,
      address: null,
    });
  });

  it.each([
    "APP_DISCONNECT",
    "APP_CONNECT",
    "VISIT_UPDATE",
    "PROPERTY_CREATE",
    "INVOICE_CREATE",
    "BRAND_NEW",
  ])("builds none for %s", (topic) => {
    expect(buildSubmission(notification(topic))).toBeNull();
  });
});

describe("formatAddress", () => {
  it.each([
    [
      { street: "1 Elm St", city: "Austin", state: "TX", postalCode: "78701" },
      "1 Elm St, Austin, TX, 78701",
    ],
    [{ city: "Austin", state: "" }, "Austin"],
    [{}, null],
    [{ street: null, city: null }, null],
  ])("prints %j as %j", (parts, line) => {
    expect(formatAddress(parts)).toBe(line);
  });
});

describe("deliveryKey", () => {
  it("joins topic, account, item and instant of a notification with a time", () => {
    expect(deliveryKey(notification("JOB_UPDATE"))).toBe(
      "JOB_UPDATE:MQ==:Mg==:2026-01-25T16:00:00Z",
    );
  });

  it("is the body's SHA-256 for snapshots and for notifications without a time", () => {
    expect(deliveryKey(notification("JOB_UPDATE", { occurredAt: null }))).toMatch(/^[0-9a-f]{64}$/);
    const empty = parse({ event: "job.updated", data: { id: "1" } });
    // printf '{"event":"job.updated","data":{"id":"1"}}' | openssl dgst -sha256
    expect(deliveryKey(empty)).toBe(
      "9883da9be82631014c771e858f87032a4d91aea7d4558c27b853505fe8f34722",
    );
  });
});
