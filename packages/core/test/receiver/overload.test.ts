import {
  createMemoryInbox,
  createReceiver,
  type LifecycleHooks,
  signPayload,
} from "@jobber-sync/core";
import type { Inbox } from "@jobber-sync/core/ports";
import { silentLogger } from "@jobber-sync/testing";
import { describe, expect, it } from "vitest";

const SECRET = "the client secret of the app";
// The deadline is not what is tested, and test machines may stall for a second.
const SLOW_MACHINE = { deadlineMs: 60_000 };

function delivery(id: number, secret = SECRET, size = 0) {
  const data = { id: String(id), title: "x".repeat(size) };
  const body = new TextEncoder().encode(JSON.stringify({ event: "job.created", data }));
  return { tenant: "acme", signature: signPayload(body, secret), body };
}

function countStatuses(responses: readonly { readonly status: number }[]): object {
  const counts: Record<number, number> = {};
  for (const { status } of responses) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

describe("a hanging tenant resolver", () => {
  it("keeps no unverified bodies once their responses are sent: 1,000 unsigned bodies, then 100 signed", async () => {
    let hanging = true;
    const tenant = { slug: "acme", secrets: SECRET };
    const receiver = createReceiver({
      tenants: { resolve: () => (hanging ? new Promise(() => {}) : tenant) },
      inbox: createMemoryInbox(),
      deadlineMs: 50,
      maxUnreadBytes: 1024 * 1024,
      logger: silentLogger,
    });
    const unsigned = Array.from({ length: 1000 }, (_, id) =>
      receiver.receive(delivery(id, "the secret of another app", 4000)),
    );
    expect(countStatuses(await Promise.all(unsigned))).toEqual({ 503: 1000 });
    hanging = false;
    const signed = Array.from({ length: 100 }, (_, id) => receiver.receive(delivery(id)));
    expect(countStatuses(await Promise.all(signed))).toEqual({ 200: 100 });
  });
});

describe("more deliveries than maxInFlight", () => {
  function receiverOn(accept: Inbox["accept"], options: object = {}) {
    const rejected: string[] = [];
    const hooks: LifecycleHooks = { rejected: ({ code }) => void rejected.push(code) };
    const inbox: Inbox = { ...createMemoryInbox(), accept };
    const tenants = [{ slug: "acme", secrets: SECRET }];
    return {
      rejected,
      receiver: createReceiver({ tenants, inbox, hooks, logger: silentLogger, ...options }),
    };
  }

  it("queue: 1,500 at once are all accepted, at most 256 at the same time, in order of arrival", async () => {
    let running = 0;
    let most = 0;
    const order: string[] = [];
    const { receiver } = receiverOn(async ({ objectId }) => {
      order.push(objectId);
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return { sequence: 1, outcome: "accepted" };
    }, SLOW_MACHINE);
    const responses = await Promise.all(
      Array.from({ length: 1500 }, (_, id) => receiver.receive(delivery(id))),
    );
    expect(countStatuses(responses)).toEqual({ 200: 1500 });
    expect(most).toBe(256);
    expect(order).toEqual(Array.from({ length: 1500 }, (_, id) => String(id)));
  });

  it("get a 503 if the deadline passes in the queue, and leave no place occupied", async () => {
    let release = () => {};
    let hold = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { receiver, rejected } = receiverOn(
      async () => {
        await hold;
        return { sequence: 1, outcome: "accepted" };
      },
      { maxInFlight: 2, deadlineMs: 30 },
    );
    const responses = await Promise.all([1, 2, 3, 4].map((id) => receiver.receive(delivery(id))));
    expect(countStatuses(responses)).toEqual({ 503: 4 });
    expect(rejected).toEqual(["ERR_DEADLINE", "ERR_DEADLINE", "ERR_OVERLOADED", "ERR_OVERLOADED"]);
    release();
    hold = Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    const later = await Promise.all([5, 6, 7].map((id) => receiver.receive(delivery(id))));
    expect(countStatuses(later)).toEqual({ 200: 3 });
  });

  it("queue no more bytes than maxUnreadBytes", async () => {
    const { receiver, rejected } = receiverOn(() => new Promise(() => {}), {
      maxInFlight: 1,
      deadlineMs: 30,
      maxUnreadBytes: delivery(1).body.length,
    });
    await Promise.all([1, 2, 3].map((id) => receiver.receive(delivery(id))));
    expect(rejected.toSorted()).toEqual(["ERR_DEADLINE", "ERR_OVERLOADED", "ERR_OVERLOADED"]);
  });
});
