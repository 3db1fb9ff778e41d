import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createSimulator,
  type SimulatedAccount,
  type Simulator,
} from "@jobber-sync/testing/simulator";
import {
  type ExampleProcess,
  runExample,
  startExampleProcess,
} from "@jobber-sync-examples/backend/contract";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

const WAIT = { timeout: 30_000, interval: 20 };

let folder: string;
let jobber: Simulator;
let account: SimulatedAccount;
let server: ExampleProcess;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "jobber-sync-connect-"));
  jobber = await createSimulator();
  account = jobber.addAccount("Acme Lawn Care");
  await start();
}, 120_000);

const START = new URL("../src/start.ts", import.meta.url);

function settings(): NodeJS.ProcessEnv {
  return {
    PORT: "0",
    JOBBER_SYNC_DB: join(folder, "connect.db"),
    JOBBER_CLIENT_ID: jobber.clientId,
    JOBBER_CLIENT_SECRET: jobber.clientSecret,
    JOBBER_API_URL: jobber.endpoint,
  };
}

async function start(): Promise<void> {
  server = await startExampleProcess(START, settings());
  jobber.webhooks.subscribe(account.id, `${server.url}/webhooks/jobber/acme`);
}

afterAll(async () => {
  server?.kill("SIGTERM");
  expect(await server?.ended).toBe(0);
  await jobber?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Starts the flow as a browser does: follows the redirect and keeps the cookie. */
async function begin() {
  const first = await fetch(`${server.url}/jobber/connect`, { redirect: "manual" });
  const cookie = first.headers.get("set-cookie")?.split(";")[0] ?? "";
  const atJobber = await fetch(first.headers.get("location") ?? "", { redirect: "manual" });
  return { cookie, callback: atJobber.headers.get("location") ?? "" };
}

async function jobs(): Promise<readonly { readonly title: string }[]> {
  return (await (await fetch(`${server.url}/records/acme/jobs`)).json()) as [];
}

async function titles(): Promise<readonly string[]> {
  return (await jobs()).map(({ title }) => title).sort();
}

test("a denied authorization connects nothing", async () => {
  jobber.approveAs(null);
  const { cookie, callback } = await begin();
  const response = await fetch(callback, { headers: { cookie } });
  expect([response.status, await response.json()]).toEqual([
    400,
    expect.objectContaining({ code: "ERR_OAUTH_DENIED" }),
  ]);
});

test("the callback rejects a flow that another browser started", async () => {
  jobber.approveAs(account);
  const { callback } = await begin();
  expect((await fetch(callback)).status).toBe(400);
  const { cookie } = await begin();
  const response = await fetch(callback, { headers: { cookie } });
  expect(await response.json()).toMatchObject({ code: "ERR_OAUTH_STATE" });
});

test("the callback rejects forwarded requests, so that a tunnel cannot connect an account", async () => {
  jobber.approveAs(account);
  const { cookie, callback } = await begin();
  const forwarded = { cookie, "x-forwarded-for": "203.0.113.9" };
  expect((await fetch(callback, { headers: forwarded })).status).toBe(403);
});

test("the callback trusts no cookie that the server did not set", async () => {
  jobber.approveAs(account);
  const verifier = randomBytes(32).toString("base64url");
  const url = new URL(jobber.authorizeEndpoint);
  url.search = new URLSearchParams({
    response_type: "code",
    client_id: jobber.clientId,
    redirect_uri: `${server.url}/jobber/callback`,
    state: "attacker",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
  }).toString();
  const atJobber = await fetch(url, { redirect: "manual" });
  for (const value of [`acme.attacker.${verifier}`, "acme", "%E0%A4", "__proto__", ""]) {
    const response = await fetch(atJobber.headers.get("location") ?? "", {
      headers: { cookie: `jobber_connect=${value}` },
    });
    expect(response.status, value).toBe(400);
  }
  expect(jobber.counts.oauth.exchanges).toBe(0);
});

test("the start route rejects forwarded requests", async () => {
  const headers = { "x-forwarded-for": "203.0.113.7" };
  const response = await fetch(`${server.url}/jobber/connect`, { headers, redirect: "manual" });
  expect(response.status).toBe(403);
});

test("GET /healthz shows the reasons to this machine only", async () => {
  const local = await fetch(`${server.url}/healthz`);
  expect([local.status, await local.json()]).toMatchObject([200, { level: "ok", deliveries: [] }]);
  const headers = { "x-forwarded-for": "203.0.113.7" };
  const forwarded = await fetch(`${server.url}/healthz`, { headers });
  expect(await forwarded.json()).toEqual({ level: "ok" });
});

test("a connected account gets its existing records, the deliveries that waited, and new ones", async () => {
  const client = account.addClient({ firstName: "Grace", lastName: "Hopper" });
  const property = account.addProperty(client.id);
  // No webhook is sent for this job: only the backfill finds it.
  jobber.webhooks.subscribe(account.id, null);
  account.addJob(property.id, { title: "Without a webhook" });
  jobber.webhooks.subscribe(account.id, `${server.url}/webhooks/jobber/acme`);
  account.addJob(property.id, { title: "Hedge Trimming", jobStatus: "upcoming" });
  await jobber.webhooks.flush();
  expect(await jobs()).toEqual([]);

  jobber.approveAs(account);
  const { cookie, callback } = await begin();
  const response = await fetch(callback, { headers: { cookie } });
  expect(await response.json()).toEqual({ connected: "acme", accountId: account.id });
  // The same callback again: each flow works once.
  expect((await fetch(callback, { headers: { cookie } })).status).toBe(400);
  await vi.waitFor(
    async () => expect(await titles()).toEqual(["Hedge Trimming", "Without a webhook"]),
    WAIT,
  );

  account.addJob(property.id, { title: "Leaf Removal" });
  await jobber.webhooks.flush();
  await vi.waitFor(async () => expect(await titles()).toContain("Leaf Removal"), WAIT);
}, 120_000);

test("the example with an app exits when the port is in use or the API URL is not https", async () => {
  const second = await runExample(START, [], { ...settings(), PORT: new URL(server.url).port });
  expect([second.code, second.output]).toEqual([1, expect.stringContaining("EADDRINUSE")]);
  const unsafe = await runExample(START, [], {
    ...settings(),
    JOBBER_API_URL: "http://jobber.example/api",
  });
  expect([unsafe.code, unsafe.output]).toEqual([
    1,
    expect.stringContaining("must be an https URL"),
  ]);
}, 120_000);

test("the connection survives a restart", async () => {
  server.kill("SIGTERM");
  expect(await server.ended).toBe(0);
  await start();
  const [client] = account.all("client");
  account.update("client", client?.id ?? "", { lastName: "Murray" });
  await jobber.webhooks.flush();
  const contacts = async () => (await fetch(`${server.url}/records/acme/contacts`)).json();
  await vi.waitFor(
    async () => expect(await contacts()).toMatchObject([{ name: "Grace Murray" }]),
    WAIT,
  );
}, 120_000);
