import type { JobberApiOptions } from "@jobber-sync/api";
import type { SimulatedFault } from "@jobber-sync/testing/simulator";
import { describe, expect, it } from "vitest";
import { addJob, openApi, SIGNAL } from "./support/open-api.ts";

/** Fetches a job while Jobber answers so; says what came of it. */
async function fetchDuring(fault: SimulatedFault, api: Partial<JobberApiOptions> = {}) {
  const opened = await openApi({ api });
  const { job } = addJob(opened.account);
  opened.jobber.faults.always("graphql", fault);
  const error: unknown = await opened.api
    .fetch("acme", "job", job.id, { signal: SIGNAL })
    .catch((reason: unknown) => reason);
  return { ...opened, job, error };
}

const body = (content: unknown, status = 200): SimulatedFault => ({
  kind: "body",
  status,
  body: content,
});
const errors = (
  message: string,
  code?: string,
  data: object = { data: { job: null } },
): SimulatedFault =>
  body({ ...data, errors: [{ message, ...(code === undefined ? {} : { extensions: { code } }) }] });

describe("an response that is none", () => {
  it.each<[string, SimulatedFault, string, boolean]>([
    ["HTML from a proxy", { kind: "html" }, "ERR_API_RESPONSE", true],
    ["HTML with status 401", { kind: "html", status: 401 }, "ERR_API_RESPONSE", true],
    ["HTML with status 200", { kind: "html", status: 200 }, "ERR_API_RESPONSE", true],
    ["half a body", { kind: "truncated" }, "ERR_API_NETWORK", true],
    ["no data", { kind: "null_data" }, "ERR_API_RESPONSE", true],
    ["data without what was asked for", body({ data: {} }), "ERR_API_RESPONSE", true],
    ["data that is a list", body({ data: [] }), "ERR_API_RESPONSE", true],
    ["a list", body([]), "ERR_API_RESPONSE", true],
    ["JSON null", body(null), "ERR_API_RESPONSE", true],
    ["a job that is text", body({ data: { job: "x" } }), "ERR_API_RESPONSE", true],
    [
      "a job without a client",
      body({ data: { job: { id: "MQ==", client: null } } }),
      "ERR_API_RESPONSE",
      true,
    ],
    ["a cut connection", { kind: "reset" }, "ERR_API_NETWORK", true],
    ["Service temporarily unavailable", { kind: "outage" }, "ERR_API_RESPONSE", true],
    ["an error among data", errors("Something broke"), "ERR_API_RESPONSE", true],
    [
      "an internal error",
      errors("Internal server error", "INTERNAL_SERVER_ERROR", {}),
      "ERR_API_RESPONSE",
      true,
    ],
    [
      "a field that does not exist",
      errors("Field 'x' doesn't exist", "undefinedField", {}),
      "ERR_API_QUERY",
      false,
    ],
    ["Invalid query", body({ message: "Invalid query" }), "ERR_API_QUERY", false],
    [
      "an account that is not active",
      body({ error: { message: "This account is not active" } }),
      "ERR_API_INACTIVE",
      true,
    ],
    [
      "a field hidden due to permissions",
      errors("The field job on an object of type Query was hidden due to permissions"),
      "ERR_API_PERMISSION",
      true,
    ],
    ["a forbidden object", errors("no", "FORBIDDEN"), "ERR_API_PERMISSION", true],
    [
      "an unknown version",
      body({ message: "GraphQL API version '2026-07-27' does not exist" }, 404),
      "ERR_API_VERSION",
      true,
    ],
    [
      "an older version",
      body({ data: { job: null }, extensions: { versioning: { version: "2022-09-01" } } }),
      "ERR_API_VERSION",
      true,
    ],
    [
      "a rejected change",
      body({ data: { jobEdit: { userErrors: [{ message: "no", path: [] }] } } }),
      "ERR_API_QUERY",
      false,
    ],
  ])("becomes a coded error: %s", async (_, fault, code, retryable) => {
    const { error } = await fetchDuring(fault);
    expect(error).toMatchObject({ name: "JobberSyncError", code, retryable });
  });

  it("takes an id that is said not to be found for gone", async () => {
    expect((await fetchDuring(errors("Not found", "NOT_FOUND"))).error).toBeNull();
  });

  it("is cut off at 5 MiB, however much comes", async () => {
    const before = process.memoryUsage().arrayBuffers;
    const { error } = await fetchDuring({ kind: "huge", bytes: 200 * 1024 * 1024 });
    expect(error).toMatchObject({
      code: "ERR_API_RESPONSE",
      message: expect.stringContaining("5242880"),
    });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(60 * 1024 * 1024);
  });

  it("is not followed to another host", async () => {
    const { error } = await fetchDuring({
      kind: "redirect",
      location: "http://127.0.0.1:1/api/graphql",
    });
    expect(error).toMatchObject({
      code: "ERR_API_RESPONSE",
      message: expect.stringContaining("redirect"),
    });
  });

  it("is given up after timeoutMs", async () => {
    const { error } = await fetchDuring({ kind: "slow", ms: 2000 }, { timeoutMs: 50 });
    expect(error).toMatchObject({ code: "ERR_API_TIMEOUT", retryable: true });
  });

  it("is not waited for once the caller's signal aborts", async () => {
    const { api, account, jobber } = await openApi();
    const { job } = addJob(account);
    jobber.faults.always("graphql", { kind: "slow", ms: 2000 });
    const reason = new Error("the deadline has passed");
    const abort = new AbortController();
    const fetched = api.fetch("acme", "job", job.id, { signal: abort.signal });
    abort.abort(reason);
    await expect(fetched).rejects.toBe(reason);
  });
});

describe("the API version", () => {
  it("is sent, and one that was removed is noticed once when a newer one answers", async () => {
    const { another, account, told } = await openApi();
    const { job } = addJob(account);
    const api = another({ version: "2023-03-29" });
    for (let n = 0; n < 3; n++)
      expect(await api.fetch("acme", "job", job.id, { signal: SIGNAL })).not.toBeNull();
    expect(told.filter(([name]) => name === "version")).toEqual([
      [
        "version",
        { asked: "2023-03-29", answered: "2025-04-16", warning: "Version 2023-03-29 was removed." },
      ],
    ]);
  });

  it("is not guessed: one that never was is rejected", async () => {
    const { another, account } = await openApi();
    const { job } = addJob(account);
    const attempt = another({ version: "2026-07-28" }).fetch("acme", "job", job.id, {
      signal: SIGNAL,
    });
    await expect(attempt).rejects.toMatchObject({ code: "ERR_API_VERSION" });
  });
});

describe("permissions", () => {
  it("never turn a hidden field into an empty one", async () => {
    const { api, account } = await openApi();
    const { job } = addJob(account);
    account.conditions.hidden.add("Client.email");
    await expect(api.fetch("acme", "job", job.id, { signal: SIGNAL })).rejects.toMatchObject({
      code: "ERR_API_PERMISSION",
    });
    account.conditions.hidden.clear();
    account.conditions.inactive = true;
    await expect(api.fetch("acme", "job", job.id, { signal: SIGNAL })).rejects.toMatchObject({
      code: "ERR_API_INACTIVE",
    });
  });
});
