import assert from "node:assert/strict";
import type {
  Claim,
  Inbox,
  IncomingDelivery,
  ObjectRef,
  Settlement,
} from "@jobber-sync/core/ports";
import { incomingDelivery } from "../../deliveries/incoming-delivery.ts";

/** A lease that no test outlives by accident. */
export const LEASE_MS = 60_000;

/** A lease that expires while a test waits, but not between two of its steps on a busy machine. */
export const SHORT_LEASE_MS = 800;

export const DAY_MS = 24 * 60 * 60_000;

/** Creates a delivery of job `objectId` of tenant `acme`, with a unique key. */
export function delivery(
  objectId: string,
  overrides: Partial<IncomingDelivery> = {},
): IncomingDelivery {
  // Earlier than any difference between two clocks of one machine.
  return incomingDelivery(objectId, { receivedAt: Date.now() - 50, ...overrides });
}

export function objectOf(objectId: string): ObjectRef {
  return { tenant: "acme", objectType: "job", objectId };
}

export function claimNow(inbox: Inbox, objectId: string): Promise<Claim | null> {
  return inbox.claim(objectOf(objectId), { leaseMs: LEASE_MS, now: Date.now() });
}

export function done(claim: Claim): readonly Settlement[] {
  return claim.deliveries.map(({ sequence }) => ({ sequence, state: "done" }));
}

/** Returns the sequences of a claim's rows. */
export function sequencesOf(claim: Claim | null): readonly number[] {
  return claim?.deliveries.map(({ sequence }) => sequence) ?? [];
}

/** Settles the first row of a claim as waiting. */
export function waiting(claim: Claim): Settlement & { readonly state: "waiting" } {
  const [row] = claim.deliveries;
  assert.ok(row);
  return {
    sequence: row.sequence,
    state: "waiting",
    dueAt: Date.now(),
    attempts: 0,
    retries: 0,
    recheckSince: null,
    reason: null,
  };
}

/** Calls `ask` until it returns something. */
export async function until<T>(
  ask: () => T | Promise<T>,
  timeoutMs = 10_000,
): Promise<NonNullable<T>> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const response = await ask();
    if (response) return response;
    assert.ok(Date.now() < end, `no result within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/**
 * Listens while `body` runs; every run claims its object, calls `during` and settles it as done.
 */
export async function listenTo(
  inbox: Inbox,
  body: (listening: { readonly seen: readonly string[] }) => Promise<unknown>,
  during: (claim: Claim) => Promise<void> = async () => {},
  concurrency = 4,
): Promise<void> {
  const stop = new AbortController();
  const seen: string[] = [];
  const errors: unknown[] = [];
  const listening = inbox.listen(
    async (object) => {
      const claim = await inbox.claim(object, { leaseMs: LEASE_MS, now: Date.now() });
      if (claim === null) return;
      await during(claim);
      await inbox.settle(claim, done(claim));
      seen.push(object.objectId);
    },
    { concurrency, signal: stop.signal, onError: (error) => errors.push(error) },
  );
  try {
    await body({ seen });
  } finally {
    stop.abort();
    await listening;
  }
  assert.deepEqual(errors, []);
}

/** Returns the states of all rows, oldest first. */
export async function states(inbox: Inbox): Promise<readonly string[]> {
  return (await inbox.list({ limit: 10_000 })).map(({ state }) => state);
}

/** Accepts a delivery and settles it at once. */
export async function settleAs(
  inbox: Inbox,
  row: IncomingDelivery,
  state: "done" | "dead" | "paused" | "unresolved",
): Promise<{ readonly sequence: number }> {
  const { sequence } = await inbox.accept({ ...row, deliveryKey: `key of ${row.objectId}` });
  const object: ObjectRef = {
    tenant: row.tenant,
    objectType: row.objectType,
    objectId: row.objectId,
  };
  const claim = await inbox.claim(object, { leaseMs: LEASE_MS, now: Date.now() });
  assert.ok(claim);
  await inbox.settle(
    claim,
    state === "done" ? done(claim) : [{ sequence, state, attempts: 1, reason: "ERR_HANDLER" }],
  );
  return { sequence };
}
