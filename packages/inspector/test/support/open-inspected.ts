import { createMemoryInbox, createMemoryStore } from "@jobber-sync/core";
import type { IncomingDelivery } from "@jobber-sync/core/ports";
import type { InspectedConnection, InspectedSync } from "@jobber-sync/inspector";

const AT = Date.parse("2026-11-28T10:00:00Z");

/** Values that belong to customers, and must stay hidden until an operator asks for them. */
export function canary(n: number): string {
  return `canary-${n}-of-a-customer`;
}

/** A sync in memory, with a tenant, deliveries and records. */
export function openInspected() {
  const store = createMemoryStore();
  const inbox = createMemoryInbox({ nextSequence: () => store.nextSequence() });
  const reconciled: string[] = [];
  const connection: InspectedConnection = {
    tenant: "acme",
    state: "connected",
    accountId: "QWNjb3VudC8x",
    connectedAt: "2026-11-01T00:00:00Z",
    obtainedAt: AT - 600_000,
    expiresAt: AT + 3_000_000,
    reconciledAt: AT - 60_000,
    silentSince: null,
  };
  const sync: InspectedSync = {
    inbox,
    store,
    reconciler: { soon: async (tenant) => void reconciled.push(tenant) },
    health: async () => ({
      level: "degraded",
      reasons: [
        { level: "degraded", tenant: "acme", message: "1 delivery exhausted its retries." },
      ],
      deliveries: await inbox.stats({ now: AT }),
    }),
    connections: async () => [connection],
  };

  /** Accepts a delivery and settles it with an error. */
  async function accept(id: string, given: Partial<IncomingDelivery> = {}, error?: string) {
    const { sequence } = await inbox.accept({
      ...{ tenant: "acme", objectType: "job", objectId: id, deliveryKey: `key-${id}` },
      ...{ topic: "JOB_UPDATE", receivedAt: AT - 1000, state: "waiting", reason: null },
      body: new TextEncoder().encode(JSON.stringify({ data: { title: canary(1) } })),
      ...given,
    });
    if (error !== undefined) {
      const object = { tenant: "acme", objectType: "job", objectId: id } as const;
      const claim = await inbox.claim(object, { leaseMs: 1000, now: AT });
      if (claim !== null)
        await inbox.settle(claim, [
          { sequence, state: "dead", attempts: 1, reason: "ERR_HANDLER", error },
        ]);
    }
    return sequence;
  }

  /** Stores a job that the next sequence wrote. */
  async function storeJob(id: string, fields: Readonly<Record<string, unknown>>) {
    const sequence = await store.nextSequence();
    const at = "2026-11-28T09:59:00Z";
    const key = { tenant: "acme", jobberJobId: id, sequence, sourceUpdatedAt: at } as const;
    await store.apply({
      contacts: [],
      jobs: [{ ...key, mode: "replace", fields }],
      submissions: [],
    });
  }

  return { sync, inbox, store, reconciled, accept, storeJob, now: () => AT };
}
