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

const WAIT = { timeout: 10_000, interval: 20 };

let folder: string;
let jobber: Simulator;
let account: SimulatedAccount;
let server: ExampleProcess;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "jobber-sync-connect-"));
  jobber = await createSimulator();
  account = jobber.addAccount("Acme Lawn Care");
  await start();
}, 30_000);

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

/** What a browser does: goes where it is sent, and keeps the cookie. */
async function begin() {
  const first = await fetch(`${server.url}/connect/acme`, { redirect: "manual" });
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

test("a person who declines connects nothing", async () => {
  jobber.approveAs(null);
  const { cookie, callback } = await begin();
  const response = await fetch(callback, { headers: { cookie } });
  expect([response.status, await response.json()]).toEqual([
    400,
    expect.objectContaining({ code: "ERR_OAUTH_DENIED" }),
  ]);
});

test("an response that another browser began is rejected", async () => {
  jobber.approveAs(account);
  const { callback } = await begin();
  expect((await fetch(callback)).status).toBe(400);
  const { cookie } = await begin();
  const response = await fetch(callback, { headers: { cookie } });
  expect(await response.json()).toMatchObject({ code: "ERR_OAUTH_STATE" });
});

test("only this machine may begin, and only for a tenant that there is", async () => {
  const headers = { "x-forwarded-for": "203.0.113.7" };
  expect((await fetch(`${server.url}/connect/acme`, { headers, redirect: "manual" })).status).toBe(
    403,
  );
  expect((await fetch(`${server.url}/connect/nobody`, { redirect: "manual" })).status).toBe(404);
});

test("once the account is connected, what it had, what Jobber told before and tells now becomes records", async () => {
  const client = account.addClient({ firstName: "Grace", lastName: "Hopper" });
  const property = account.addProperty(client.id);
  // Of this one Jobber tells nothing: only the backfill finds it.
  jobber.webhooks.subscribe(account.id, null);
  account.addJob(property.id, { title: "Untold" });
  jobber.webhooks.subscribe(account.id, `${server.url}/webhooks/jobber/acme`);
  account.addJob(property.id, { title: "Hedge Trimming", jobStatus: "upcoming" });
  await jobber.webhooks.flush();
  expect(await jobs()).toEqual([]);

  jobber.approveAs(account);
  const { cookie, callback } = await begin();
  const response = await fetch(callback, { headers: { cookie } });
  expect(await response.json()).toEqual({ connected: "acme", accountId: account.id });
  await vi.waitFor(async () => expect(await titles()).toEqual(["Hedge Trimming", "Untold"]), WAIT);

  account.addJob(property.id, { title: "Leaf Removal" });
  await jobber.webhooks.flush();
  await vi.waitFor(async () => expect(await titles()).toContain("Leaf Removal"), WAIT);
}, 30_000);

test("a second one on the same port ends, and a place for the API that is not safe is rejected", async () => {
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
}, 30_000);

test("the connection lasts over a restart", async () => {
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
}, 30_000);
