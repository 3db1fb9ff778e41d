import {
  createMemoryInbox,
  createMemoryStore,
  createReceiver,
  createWorker,
  type Tenant,
  type WorkerOptions,
} from "@jobber-sync/core";
import type { RecordSource } from "@jobber-sync/core/ports";
import { fetchedJob, notificationPayload, signedRequest } from "@jobber-sync/testing";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { runCommand } from "./support/run-command.ts";

// What is put aside, why, and how an operator sets it right: receiver, worker and script on one inbox.

const DAY_MS = 24 * 60 * 60_000;
const SECRET = "the client secret of the script's test";
const TENANT: Tenant = { slug: "acme", secrets: SECRET, accountIds: ["MQ=="] };
const JOB = { event: "job.created", data: { id: "1", title: "Lawn Service" } };
const quiet = { info() {}, warn() {}, error() {} };

let now: number;
let store: ReturnType<typeof createMemoryStore>;
let inbox: ReturnType<typeof createMemoryInbox>;

beforeEach(() => {
  now = Date.parse("2026-01-25T10:00:00Z");
  store = createMemoryStore();
  inbox = createMemoryInbox({ nextSequence: () => store.nextSequence(), now: () => now });
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

async function post(payload: object | string): Promise<unknown> {
  const receiver = createReceiver({ tenants: [TENANT], inbox, logger: quiet, now: () => now });
  const response = await receiver.handle({
    method: "POST",
    tenant: "acme",
    ...signedRequest(payload, SECRET),
  });
  return JSON.parse(response.body);
}

async function work(options: Partial<WorkerOptions> = {}): Promise<void> {
  await createWorker({
    inbox,
    store,
    tenants: [TENANT],
    logger: quiet,
    now: () => now,
    retry: { maxAttempts: 1 },
    ...options,
  }).drain();
}

const list = (...args: string[]) => runCommand(inbox, "list", ...args);

test("a dead letter is redriven once its handler is mended", async () => {
  await post(JOB);
  await work({
    on: {
      "job.created": () => {
        throw new Error("the accounting system is down");
      },
    },
  });
  expect(await list()).toMatch(/dead +ERR_HANDLER +acme +job\.created +1 .* 1$/m);
  expect(await runCommand(inbox, "replay")).toContain("0 set waiting again");

  expect(await runCommand(inbox, "redrive", "--tenant", "acme")).toContain("1 set waiting again");
  expect(await list()).toMatch(/waiting +- +acme/);
  const handled: string[] = [];
  await work({ on: { "job.created": ({ tenant }) => void handled.push(tenant) } });
  expect(handled).toEqual(["acme"]);
  expect(await list()).toContain("none");
  expect(await list("--state", "done")).toMatch(/done +- +acme/);
  expect(await store.submissions("acme")).toHaveLength(1);
});

test("what was quarantined is replayed once the account is the tenant's", async () => {
  const notification = notificationPayload("JOB_UPDATE", { accountId: "Mg==", itemId: "7" });
  expect(await post(notification)).toEqual({ status: "quarantined" });
  expect(await list()).toMatch(/quarantined +ERR_ACCOUNT_MISMATCH +acme +JOB_UPDATE/);
  // Nothing was mended.
  expect(await runCommand(inbox, "replay")).toContain("1 set waiting again");
  await work({ source });
  expect(await list()).toMatch(/quarantined +ERR_ACCOUNT_MISMATCH/);

  expect(await runCommand(inbox, "replay")).toContain("1 set waiting again");
  await work({ source, tenants: [{ ...TENANT, accountIds: ["MQ==", "Mg=="] }] });
  expect(await list()).toContain("none");
  expect(await store.jobs("acme")).toMatchObject([{ jobberJobId: "7", title: "Hedge Trimming" }]);
});

test("what could not be resolved is replayed once there is a source", async () => {
  await post(notificationPayload("JOB_UPDATE", { accountId: "MQ==", itemId: "7" }));
  await work();
  expect(await list()).toMatch(/unresolved +no_source +acme +JOB_UPDATE +7/);

  expect(await runCommand(inbox, "replay", "--topic", "JOB_UPDATE")).toContain(
    "1 set waiting again",
  );
  await work({ source });
  expect(await list()).toContain("none");
  expect(await store.jobs("acme")).toMatchObject([{ jobberJobId: "7", title: "Hedge Trimming" }]);
});

test("purge erases the bodies of what is done for 30 days, and deletes what was put aside as long ago", async () => {
  await post(JOB);
  await post('{"event":"job.upd');
  await work();
  now += 29 * DAY_MS;
  expect(await runCommand(inbox, "purge")).toContain("0 bodies erased, 0 deliveries deleted");
  now += 2 * DAY_MS;
  expect(await runCommand(inbox, "purge")).toContain("1 bodies erased, 1 deliveries deleted");
  expect(await list()).toContain("none");
  expect(await inbox.list({ states: ["done"] })).toMatchObject([{ bodyBytes: null }]);
});

const source: RecordSource = {
  fetch: async (_tenant, _type, id) => ({
    jobs: [
      fetchedJob(id, {
        sourceUpdatedAt: "2026-01-25T09:59:00Z",
        jobNumber: 12,
        title: "Hedge Trimming",
        status: "scheduled",
        jobberStatus: "upcoming",
      }),
    ],
    contacts: [],
  }),
};
