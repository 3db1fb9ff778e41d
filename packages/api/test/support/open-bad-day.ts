import {
  createMemoryInbox,
  createMemoryStore,
  createReceiver,
  createWorker,
  type LifecycleEvents,
  signPayload,
} from "@jobber-sync/core";
import { silentLogger } from "@jobber-sync/testing";
import { expect } from "vitest";
import { openApi } from "./open-api.ts";

/** Opens a receiver, a worker and a simulated Jobber on one fake clock. */
export async function openBadDay() {
  const opened = await openApi();
  const { clock, jobber, account, api } = opened;
  const now = (): number => clock.now;
  const store = createMemoryStore();
  const inbox = createMemoryInbox({ nextSequence: () => store.nextSequence(), now });
  const tenants = [{ slug: "acme", secrets: jobber.clientSecret, accountIds: [account.id] }];
  const receiver = createReceiver({ tenants, inbox, logger: silentLogger, now });
  const dead: LifecycleEvents["dead"][] = [];
  const handled: string[] = [];
  const worker = createWorker({
    inbox,
    store,
    tenants,
    source: api,
    logger: silentLogger,
    now,
    random: () => 0.5,
    fetchesPerSecond: 1000,
    hooks: { dead: (event) => void dead.push(event) },
    on: { "app.disconnected": ({ tenant }) => void handled.push(tenant) },
  });

  /** Sends a notification to the receiver, as Jobber would. */
  async function notify(topic: string, itemId: string): Promise<void> {
    const occurredAt = `${new Date(clock.now).toISOString().slice(0, 19)}Z`;
    const event = { topic, appId: jobber.appId, accountId: account.id, itemId, occurredAt };
    const body = new TextEncoder().encode(JSON.stringify({ data: { webHookEvent: event } }));
    const response = await receiver.receive({
      tenant: "acme",
      signature: signPayload(body, jobber.clientSecret),
      body,
    });
    expect(response.status).toBe(200);
  }

  /** Advances the clock by `ms`, processing deliveries as they become due. */
  async function pass(ms: number): Promise<void> {
    const end = clock.now + ms;
    for (;;) {
      await worker.drain();
      const waiting = await inbox.list({ states: ["waiting"], limit: 10_000 });
      const next = Math.min(...waiting.map(({ dueAt }) => dueAt));
      if (next > end) break;
      clock.now = Math.max(clock.now, next);
    }
    clock.now = end;
  }
  const states = async (): Promise<Record<string, number>> => {
    const counts: Record<string, number> = {};
    for (const { state } of await inbox.list({ limit: 10_000 }))
      counts[state] = (counts[state] ?? 0) + 1;
    return counts;
  };
  return { ...opened, store, inbox, worker, notify, pass, states, dead, handled };
}
