import {
  createMemoryInbox,
  createMemoryStore,
  createReceiver,
  createWorker,
  type LifecycleHooks,
  signPayload,
} from "@jobber-sync/core";
import { silentLogger } from "@jobber-sync/testing";
import { describe, expect, it } from "vitest";

const SECRET = "the OAuth client secret";
const PADDED = "Z2lkOi8vSm9iYmVyL0pvYi8xMg==";

/** A backend that processes each delivery, inline or through an inbox and a worker. */
function open(mode: "inline" | "inbox") {
  const clock = { now: Date.parse("2026-01-25T10:00:00Z") };
  const now = () => clock.now;
  const store = createMemoryStore();
  const warnings: string[] = [];
  const hooks: LifecycleHooks = {
    warning: ({ warning }) => void warnings.push(`${warning.code} ${warning.path}`),
  };
  const shared = { tenants: [{ slug: "acme", secrets: SECRET }], hooks, logger: silentLogger, now };
  const inbox = createMemoryInbox({ nextSequence: () => store.nextSequence(), now });
  const receiver = createReceiver({ ...shared, ...(mode === "inline" ? { store } : { inbox }) });
  const worker = createWorker({ ...shared, inbox, store });
  return {
    clock,
    store,
    warnings,
    async send(payload: object): Promise<number> {
      const body = new TextEncoder().encode(JSON.stringify(payload));
      const signature = signPayload(body, SECRET);
      const { status } = await receiver.receive({ tenant: "acme", signature, body });
      await worker.drain();
      return status;
    },
  };
}

describe.each(["inline", "inbox"] as const)("snapshots, %s", (mode) => {
  it("dated in the future do not freeze their record", async () => {
    const { send, store, clock, warnings } = open(mode);
    const job = (title: string, updated_at: string) =>
      send({ event: "job.updated", data: { id: "1", title, updated_at } });
    await job("from a relay with a wrong clock", "2062-04-01T00:00:00Z");
    clock.now += 60_000;
    await job("true change", "2026-01-25T10:00:30Z");
    expect(await store.jobs("acme")).toMatchObject([
      { title: "true change", sourceUpdatedAt: "2026-01-25T10:00:30Z" },
    ]);
    expect(warnings).toEqual(["future_time data.updated_at"]);
  });

  it("store the job's type", async () => {
    const { send, store } = open(mode);
    await send({ event: "job.created", data: { id: "1", job_type: "RECURRING" } });
    await send({ event: "job.updated", data: { id: "1", title: "A" } });
    expect(await store.jobs("acme")).toMatchObject([{ jobType: "RECURRING", title: "A" }]);
  });

  it("with unreadable values keep what is stored", async () => {
    const { send, store, warnings } = open(mode);
    const client = { id: "2", name: "John Doe", email: "john@example.com" };
    const scheduled_at = "2026-01-25T10:00:00Z";
    await send({ event: "job.created", data: { id: "1", title: "A", scheduled_at, client } });
    const email = ["john@example.com"];
    const broken = { title: {}, scheduled_at: "soon", client: { ...client, name: "J", email } };
    await send({ event: "job.updated", data: { id: "1", total: 5, ...broken } });
    await send({ event: "job.updated", data: { id: "1", total: 6, client: { name: "no id" } } });
    expect(await store.jobs("acme")).toMatchObject([
      { title: "A", scheduledAt: scheduled_at, total: 6, jobberClientId: "2" },
    ]);
    expect(await store.contacts("acme")).toMatchObject([{ name: "J", email: "john@example.com" }]);
    expect(warnings).toEqual([
      "unreadable_text data.title",
      "unreadable_time data.scheduled_at",
      "unreadable_text data.client.email",
      "unusable_part data.client.id",
    ]);
  });

  it.each([
    ["job", "jobs"],
    ["client", "contacts"],
  ] as const)("of a deleted %s set its deletedAt", async (type, table) => {
    const { send, store } = open(mode);
    await send({ event: `${type}.created`, data: { id: "1" } });
    const occurred_at = "2026-01-25T09:59:00Z";
    expect(await send({ event: `${type}.deleted`, data: { id: "1" }, occurred_at })).toBe(200);
    expect(await store[table]("acme")).toMatchObject([{ deletedAt: occurred_at }]);
    expect((await store.submissions("acme")).map(({ payload }) => payload.event)).toEqual([
      `${type}.created`,
      `${type}.deleted`,
    ]);
  });

  it("and notifications find the same record, with or without the padding of its id", async () => {
    const { send, store } = open(mode);
    await send({ event: "job.created", data: { id: PADDED, title: "Lawn Service" } });
    const itemId = PADDED.replace(/=+$/, "");
    const webHookEvent = { topic: "JOB_DESTROY", accountId: "MQ==", itemId };
    await send({ data: { webHookEvent } });
    expect(await store.jobs("acme")).toMatchObject([
      { jobberJobId: PADDED, title: "Lawn Service", deletedAt: "2026-01-25T10:00:00Z" },
    ]);
  });
});
