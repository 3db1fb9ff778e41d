import { subscribe, unsubscribe } from "node:diagnostics_channel";
import {
  createMemoryInbox,
  createMemoryStore,
  createReceiver,
  createWorker,
  LIFECYCLE_NAMES,
  type LifecycleHooks,
  signPayload,
} from "@jobber-sync/core";
import { silentLogger } from "@jobber-sync/testing";
import { expect, it } from "vitest";

const SECRET = "the OAuth client secret";
const TENANTS = [{ slug: "acme", secrets: SECRET }];

type Emitted = readonly [name: string, event: Record<string, unknown>];

/** Runs `body` on a receiver and its worker, and collects the events of hooks and channels. */
async function watched(body: (backend: Awaited<ReturnType<typeof start>>) => Promise<void>) {
  const viaChannel: Emitted[] = [];
  const listeners = LIFECYCLE_NAMES.map((name) => {
    const listener = (event: unknown) => void viaChannel.push([name, event as Emitted[1]]);
    subscribe(`jobber-sync:${name}`, listener);
    return () => unsubscribe(`jobber-sync:${name}`, listener);
  });
  try {
    const backend = await start();
    await body(backend);
    return { emitted: backend.emitted, viaChannel };
  } finally {
    for (const end of listeners) end();
  }
}

async function start() {
  const emitted: Emitted[] = [];
  const hooks = Object.fromEntries(
    LIFECYCLE_NAMES.map((name) => [name, (event: Emitted[1]) => void emitted.push([name, event])]),
  ) as LifecycleHooks;
  const clock = { now: Date.parse("2026-01-25T10:00:00Z") };
  const now = () => clock.now;
  const store = createMemoryStore();
  const inbox = createMemoryInbox({ nextSequence: () => store.nextSequence(), now });
  const receiver = createReceiver({ tenants: TENANTS, inbox, hooks, now, logger: silentLogger });
  const on = {
    "client.updated": () => {
      throw new Error("poison");
    },
  };
  const worker = createWorker({
    inbox,
    store,
    on,
    hooks,
    now,
    logger: silentLogger,
    random: () => 1,
  });
  return {
    emitted,
    clock,
    worker,
    async send(payload: unknown, secret = SECRET) {
      const bytes = new TextEncoder().encode(JSON.stringify(payload));
      return receiver.receive({
        tenant: "acme",
        signature: signPayload(bytes, secret),
        body: bytes,
      });
    },
  };
}

it("emits each event once, to its hook and its channel, with duration and tenant", async () => {
  const { emitted, viaChannel } = await watched(async ({ send, worker, clock }) => {
    const job = (title: string, updated_at: string) => ({
      event: "job.updated",
      data: { id: "1", title, updated_at },
    });
    await send(job("new", "2026-01-02T00:00:00Z"));
    await send(job("old", "2026-01-01T00:00:00Z"));
    await send(job("old", "2026-01-01T00:00:00Z"));
    await send({ nothing: "that is an event" });
    await send({ data: { webHookEvent: { topic: "QUOTE_SENT", accountId: "1", itemId: "2" } } });
    await send(job("forged", "2026-01-03T00:00:00Z"), "the secret of another app");
    await worker.drain();
    await send({ event: "client.updated", data: { id: "2" } });
    for (let index = 0; index < 5; index += 1) {
      await worker.drain();
      clock.now += 3_600_000;
    }
  });
  expect(emitted.map(([name]) => name)).toEqual([
    "accepted",
    "coalesced",
    "duplicate",
    "quarantined",
    "ignored",
    "rejected",
    "processed",
    "stale",
    "stale",
    "accepted",
    "retried",
    "retried",
    "retried",
    "retried",
    "dead",
  ]);
  for (const [name, event] of emitted) {
    expect(event, name).toMatchObject({ tenant: "acme", durationMs: expect.any(Number) });
    expect(event.durationMs).toBeGreaterThan(0);
  }
  expect(emitted.find(([name]) => name === "rejected")?.[1]).toMatchObject({
    code: "ERR_SIGNATURE_MISMATCH",
    status: 401,
  });
  expect(emitted.at(-1)?.[1]).toMatchObject({ code: "ERR_HANDLER", state: "dead", objectId: "2" });
  expect(viaChannel).toEqual(emitted);
});

it("emits one warning per delivery for an unreadable value and for an unknown status", async () => {
  const { emitted } = await watched(async ({ send, worker }) => {
    await send({
      event: "job.updated",
      data: {
        id: "1",
        status: "exploded",
        scheduled_at: "tomorrow",
        updated_at: "2026-01-02T00:00:00Z",
      },
    });
    await worker.drain();
  });
  expect(emitted.filter(([name]) => name === "warning").map(([, { warning }]) => warning)).toEqual([
    { code: "unreadable_time", path: "data.scheduled_at" },
    { code: "unknown_status", path: "data.status" },
  ]);
  expect(JSON.stringify(emitted)).not.toMatch(/exploded|tomorrow/);
});

it.each([
  [
    "throws",
    () => {
      throw new Error("john@example.com");
    },
  ],
  ["rejects", () => Promise.reject(new Error("john@example.com"))],
])(
  "a hook that %s is logged with its error and does not affect the response",
  async (_, accepted) => {
    const lines: unknown[] = [];
    const receiver = createReceiver({
      tenants: TENANTS,
      store: createMemoryStore(),
      hooks: { accepted },
      logger: { ...silentLogger, error: (...line) => void lines.push(line) },
    });
    const body = new TextEncoder().encode('{"event":"job.updated","data":{"id":"1"}}');
    const response = await receiver.receive({
      tenant: "acme",
      signature: signPayload(body, SECRET),
      body,
    });
    expect(response.status).toBe(200);
    await new Promise((resolve) => setImmediate(resolve));
    expect(lines).toEqual([
      [
        { hook: "accepted", err: expect.objectContaining({ message: "john@example.com" }) },
        expect.stringContaining('the "accepted" hook failed'),
      ],
    ]);
  },
);

it("a hook may return any value, such as the length that push returns", async () => {
  const lines: unknown[] = [];
  const events: unknown[] = [];
  const receiver = createReceiver({
    tenants: TENANTS,
    store: createMemoryStore(),
    hooks: { accepted: (event) => events.push(event) as unknown as undefined },
    logger: { ...silentLogger, error: (...line) => void lines.push(line) },
  });
  const body = new TextEncoder().encode('{"event":"job.updated","data":{"id":"1"}}');
  const signature = signPayload(body, SECRET);
  await receiver.receive({ tenant: "acme", signature, body });
  expect(events).toHaveLength(1);
  expect(lines).toEqual([]);
});
