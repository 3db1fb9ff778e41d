import type { JobberApiOptions } from "@jobber-sync/api";
import type { SimulatedFault } from "@jobber-sync/testing/simulator";
import { describe, expect, it } from "vitest";
import { addJob, openApi, SIGNAL } from "../support/open-api.ts";

/** Fetches a job while Jobber responds with the fault, and returns the error. */
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

describe("response errors", () => {
  it.each<[string, SimulatedFault, string, boolean]>([
    ["HTML from a proxy", { kind: "html" }, "ERR_API_RESPONSE", true],
    ["HTML with status 401", { kind: "html", status: 401 }, "ERR_API_UNAUTHORIZED", true],
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
  ])("get a code: %s", async (_, fault, code, retryable) => {
    const { error } = await fetchDuring(fault);
    expect(error).toMatchObject({ name: "JobberSyncError", code, retryable });
  });

  const list = (message: string) => ({ errors: [{ message }] });
  it.each<[number, unknown, string]>([
    [503, list("Service Unavailable"), "ERR_API_RESPONSE"],
    [502, list("Something went wrong while executing your query."), "ERR_API_RESPONSE"],
    [500, list("Timeout on validation of query"), "ERR_API_RESPONSE"],
    [500, list("Field 'x' doesn't exist on type 'Job'"), "ERR_API_RESPONSE"],
    [503, { errors: ["Service Unavailable"] }, "ERR_API_RESPONSE"],
    [504, "upstream request timeout", "ERR_API_RESPONSE"],
    [503, { data: { job: null } }, "ERR_API_RESPONSE"],
    [200, list("Request timed out"), "ERR_API_RESPONSE"],
    [200, { errors: ["Request timed out"] }, "ERR_API_RESPONSE"],
    [200, { errors: "Request timed out" }, "ERR_API_RESPONSE"],
    [400, list("Bad request"), "ERR_API_RESPONSE"],
    [403, { message: "Forbidden" }, "ERR_API_RESPONSE"],
    [429, list("Too many requests"), "ERR_API_RATE_LIMITED"],
    [429, { errors: ["Slow down"] }, "ERR_API_RATE_LIMITED"],
    [429, { data: { job: null } }, "ERR_API_RATE_LIMITED"],
    [401, list("The access token was revoked"), "ERR_API_UNAUTHORIZED"],
    [401, { errors: ["Unauthorized"] }, "ERR_API_UNAUTHORIZED"],
    [401, { data: { job: null } }, "ERR_API_UNAUTHORIZED"],
    [401, "HTTP Token: Access denied.", "ERR_API_UNAUTHORIZED"],
  ])("are decided by the HTTP status first: %i %j", async (status, content, code) => {
    const { error, jobber } = await fetchDuring(body(content, status));
    expect(error).toMatchObject({ code, retryable: true });
    expect(jobber.counts.oauth.refreshes).toBe(status === 401 ? 1 : 0);
  });

  it.each([
    ["parse error", { message: 'Parse error on "{" (LCURLY) at [1, 1]' }],
    [
      "GRAPHQL_VALIDATION_FAILED",
      { message: "no", extensions: { code: "GRAPHQL_VALIDATION_FAILED" } },
    ],
    ["argumentNotAccepted", { message: "no", extensions: { code: "argumentNotAccepted" } }],
    ["invalid variable", { message: "Variable $id of type EncodedId! was provided invalid value" }],
  ])("are final for a known validation error: %s", async (_, error) => {
    const result = await fetchDuring(body({ errors: [error] }));
    expect(result.error).toMatchObject({ code: "ERR_API_QUERY", retryable: false });
  });

  it("read NOT_FOUND as a record that is gone", async () => {
    expect((await fetchDuring(errors("Not found", "NOT_FOUND"))).error).toBeNull();
  });

  it("stop reading a response at 5 MiB", async () => {
    const before = process.memoryUsage().arrayBuffers;
    const { error } = await fetchDuring({ kind: "huge", bytes: 200 * 1024 * 1024 });
    expect(error).toMatchObject({
      code: "ERR_API_RESPONSE",
      message: expect.stringContaining("5242880"),
    });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(60 * 1024 * 1024);
  });

  it("do not follow a redirect", async () => {
    const { error } = await fetchDuring({
      kind: "redirect",
      location: "http://127.0.0.1:1/api/graphql",
    });
    expect(error).toMatchObject({
      code: "ERR_API_RESPONSE",
      message: expect.stringContaining("redirect"),
    });
  });

  it("report a timeout after timeoutMs", async () => {
    const { error } = await fetchDuring({ kind: "slow", ms: 2000 }, { timeoutMs: 50 });
    expect(error).toMatchObject({ code: "ERR_API_TIMEOUT", retryable: true });
  });

  it("reject with the caller's reason when its signal aborts", async () => {
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
  it("reports a newer version in the response once", async () => {
    const { another, account, emitted } = await openApi();
    const { job } = addJob(account);
    const api = another({ version: "2023-03-29" });
    for (let n = 0; n < 3; n++)
      expect(await api.fetch("acme", "job", job.id, { signal: SIGNAL })).not.toBeNull();
    expect(emitted.filter(([name]) => name === "version")).toEqual([
      [
        "version",
        { asked: "2023-03-29", answered: "2025-04-16", warning: "Version 2023-03-29 was removed." },
      ],
    ]);
  });

  it("rejects a version that never existed", async () => {
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

  it("name what is hidden in the error's details and once in the missingPermission hook", async () => {
    const { api, account, connect, emitted } = await openApi();
    const { job, client } = addJob(account);
    account.conditions.hidden.add("Client.email");
    for (let n = 0; n < 2; n++)
      await expect(api.fetch("acme", "job", job.id, { signal: SIGNAL })).rejects.toMatchObject({
        message: expect.stringContaining("Client.email"),
        details: { hidden: ["Client.email"] },
      });
    const events = () => emitted.filter(([name]) => name === "missingPermission");
    expect(events()).toEqual([["missingPermission", { tenant: "acme", hidden: ["Client.email"] }]]);
    account.conditions.hidden.add("Client");
    await expect(api.fetch("acme", "client", client.id, { signal: SIGNAL })).rejects.toMatchObject({
      details: { hidden: expect.arrayContaining(["Client"]) },
    });
    await connect();
    await expect(api.fetch("acme", "client", client.id, { signal: SIGNAL })).rejects.toThrow();
    expect(events()).toHaveLength(3);
  });
});
