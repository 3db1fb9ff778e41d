import { describe, expect, it } from "vitest";
import type { ClientData } from "../../src/documents/client-fields.ts";
import type { JobData } from "../../src/documents/job-fields.ts";
import { mapClient } from "../../src/mapping/map-client.ts";
import { mapJob } from "../../src/mapping/map-job.ts";

const ADDRESS = { street: "1 Way", city: null, province: "ON", postalCode: "", country: "CA" };
const JOB: JobData = {
  id: "MQ==",
  jobNumber: 7,
  jobType: "RECURRING",
  title: "Lawn",
  instructions: "Ring twice",
  jobStatus: "late",
  startAt: null,
  endAt: "2026-01-25T10:00:00-05:00",
  completedAt: null,
  total: 0.1,
  jobberWebUri: "https://secure.getjobber.com/jobs/1",
  createdAt: "2026-01-25T10:00:00Z",
  updatedAt: "2026-01-25T10:00:00Z",
  property: { id: "Mw==", address: ADDRESS },
  client: { id: "Mg==" },
};
const CLIENT: ClientData = {
  id: "Mg==",
  name: "Zoë",
  firstName: "Zoë",
  lastName: "",
  companyName: null,
  email: null,
  phone: null,
  isCompany: true,
  isLead: false,
  isArchived: true,
  billingAddress: null,
  clientProperties: { nodes: [] },
  jobberWebUri: "https://secure.getjobber.com/clients/2",
  createdAt: "2026-01-25T10:00:00Z",
  updatedAt: "2026-01-25T10:00:00Z",
};
const changed = <T>(record: T, patch: object): T => ({ ...record, ...patch });

describe("mapping", () => {
  it("keeps amounts, converts times to instants, and empty text to null", () => {
    expect(mapJob(JOB).fields).toMatchObject({
      total: 0.1,
      endsAt: "2026-01-25T15:00:00Z",
      scheduledAt: null,
      postalCode: null,
      state: "ON",
    });
    expect(mapClient(CLIENT).fields).toMatchObject({ name: "Zoë", lastName: null, street: null });
  });

  it("keeps an unknown job status, and applies an override to it", () => {
    const job = changed(JOB, { jobStatus: "paused_forever" });
    expect(mapJob(job).fields).toMatchObject({ status: null, jobberStatus: "paused_forever" });
    expect(mapJob(job, { statusOverrides: { PAUSED_FOREVER: "on_hold" } }).fields.status).toBe(
      "on_hold",
    );
  });

  it("replaces characters that databases reject", () => {
    expect(mapJob(changed(JOB, { title: "a\u0000b\ud800c" })).fields.title).toBe("a\uFFFDb\uFFFDc");
  });

  it.each([
    { id: 5 },
    { id: "" },
    { id: "a\u0000" },
    { id: "x".repeat(256) },
    { title: 5 },
    { total: "5" },
    { total: Number.POSITIVE_INFINITY },
    { jobNumber: "7" },
    { startAt: "tomorrow" },
    { startAt: "2026-01-25 10:00" },
    { updatedAt: null },
    { updatedAt: "2026-01-25T10:00:00" },
    { client: null },
    { client: { id: null } },
    { jobStatus: 3 },
  ])("rejects a job with %o, naming the path but not the value", (patch) => {
    const [field = ""] = Object.keys(patch);
    expect(() => mapJob(changed(JOB, patch))).toThrow(
      expect.objectContaining({
        code: "ERR_API_RESPONSE",
        message: expect.stringContaining(`job.${field}`),
      }),
    );
  });

  it.each([
    { isLead: "no" },
    { isArchived: 1 },
    { updatedAt: null },
    { email: {} },
    { billingAddress: { street: 5 } },
  ])("rejects a client with %o", (patch) => {
    expect(() => mapClient(changed(CLIENT, patch))).toThrow(
      expect.objectContaining({ code: "ERR_API_RESPONSE" }),
    );
  });

  it.each([null, undefined, "x", 5])("rejects %o in place of a record", (data) => {
    expect(() => mapJob(data as never)).toThrow(
      expect.objectContaining({ code: "ERR_API_RESPONSE" }),
    );
    expect(() => mapClient(data as never)).toThrow(
      expect.objectContaining({ code: "ERR_API_RESPONSE" }),
    );
  });
});
