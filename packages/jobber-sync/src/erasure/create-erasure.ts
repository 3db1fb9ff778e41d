import { randomUUID } from "node:crypto";
import { setTimeout as delayFor } from "node:timers/promises";
import { JobberSyncError, toInstant } from "@jobber-sync/core";
import type {
  ErasedClient,
  ErasedRecords,
  Inbox,
  Outbox,
  RecordEraser,
  RecordErasure,
} from "@jobber-sync/core/ports";
import type { SyncDatabase } from "../options.ts";

/** Number of rows that an erasure has emptied. */
export interface ErasureReport {
  readonly contacts: number;
  readonly jobs: number;
  readonly submissions: number;
  readonly deliveries: number;
}

/** Erases personal data. */
export interface Erasure {
  eraseContact(tenant: string, jobberClientId: string): Promise<ErasureReport>;
  eraseTenant(tenant: string): Promise<ErasureReport>;
}

/** Dependencies of {@link createErasure}. */
export interface ErasureOptions {
  readonly database: SyncDatabase;
  /** Forgets what is cached of the tenants' connections. */
  readonly refreshTenants: () => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Longest wait for runs that began before the erasure. Milliseconds. */
  readonly waitMs?: number;
}

/** The lease that the reconciler of the api package holds during a run, before the tenant. */
const RECONCILE_LEASE = "jobber-reconcile:";
const LEASE_MS = 120_000;
const LOOK_AGAIN_MS = 100;
// Longer than the lease of a worker that died, shorter than a request's usual time-out.
const WAIT_MS = 60_000;

/**
 * Creates the erasure of a database. It erases twice: runs that are active at the first time may
 * write what they have read before, so the second time follows their end.
 */
export function createErasure({
  database,
  refreshTenants,
  now,
  waitMs = WAIT_MS,
}: ErasureOptions): Erasure {
  const { inbox, outbox, tokens, cursors, lease } = database;

  async function erase(tenant: string, jobberClientId?: string): Promise<ErasureReport> {
    const store = eraserOf(database);
    const erasure = { tenant, jobberClientId, deletedAt: toInstant(now()) };
    const active = await sequencesOf(inbox, tenant);
    const first = await eraseAll(store, erasure);
    await untilSettled(active);
    const second = await eraseAll(store, erasure);
    return { ...second.counts, deliveries: first.deliveries + second.deliveries };
  }

  async function eraseAll(store: RecordEraser, erasure: RecordErasure) {
    const { tenant, jobberClientId } = erasure;
    // Before the deliveries: the records contain which jobs belong to the client.
    const { jobs } = await store.erase(erasure);
    const client =
      jobberClientId === undefined ? undefined : { jobberClientId, jobberJobIds: jobs };
    const { deliveries, deliveryKeys } = await inbox.erase({ tenant, client, now: now() });
    await eraseIntents(outbox, tenant, client === undefined ? null : { ...client, now: now() });
    const erased = await store.erase({ ...erasure, deliveryKeys });
    return { counts: countsOf(erased), deliveries };
  }

  /** Waits until none of these deliveries is being processed. */
  async function untilSettled(sequences: readonly number[]): Promise<void> {
    const end = performance.now() + waitMs;
    for (;;) {
      const claimed = await inbox.list({ sequences, states: ["claimed"], limit: 1 });
      if (claimed.length === 0) return;
      if (performance.now() > end)
        throw new JobberSyncError(
          "ERR_STORE_BUSY",
          "Deliveries of the tenant are still being processed, so their data may be written again. Erase again once they have ended; is a worker running?",
        );
      await delayFor(LOOK_AGAIN_MS);
    }
  }

  /**
   * Runs `task` while no reconcile of the tenant is active. An active one writes what it has read,
   * and its position, until its next request fails.
   */
  async function betweenReconciles<T>(tenant: string, task: () => Promise<T>): Promise<T> {
    const name = `${RECONCILE_LEASE}${tenant}`;
    const holder = randomUUID();
    const end = performance.now() + waitMs;
    while (!(await lease.acquire(name, holder, LEASE_MS))) {
      if (performance.now() > end)
        throw new JobberSyncError(
          "ERR_STORE_BUSY",
          "A reconcile of the tenant is still active, so its data may be written again. Erase again once it has ended.",
        );
      await delayFor(LOOK_AGAIN_MS);
    }
    try {
      return await task();
    } finally {
      await lease.release(name, holder);
    }
  }

  return {
    eraseContact: (tenant, jobberClientId) =>
      erase(tenant, named("jobberClientId", jobberClientId)),

    async eraseTenant(tenant) {
      // First, so that nothing new is fetched and no delivery accepted.
      await tokens.remove(named("tenant", tenant));
      refreshTenants();
      return betweenReconciles(tenant, async () => {
        const report = await erase(tenant);
        await cursors.clear(tenant);
        return report;
      });
    },
  };
}

const FINISHED = ["done", "cancelled", "rejected", "conflict", "check"] as const;

/**
 * Erases the contents of pushed changes. Which client a property or a visit belongs to is not
 * stored with them, so the finished changes of all of them are erased.
 */
async function eraseIntents(
  outbox: Outbox | undefined,
  tenant: string,
  client: (ErasedClient & { readonly now: number }) | null,
): Promise<void> {
  if (outbox === undefined) return;
  if (client === null) {
    await outbox.erase({ tenant });
    return;
  }
  const { jobberClientId, jobberJobIds, now } = client;
  const others = await Promise.all(
    (["property", "visit"] as const).map((objectType) =>
      outbox.list({ tenant, objectType, states: FINISHED, limit: Number.POSITIVE_INFINITY }),
    ),
  );
  const objects = [
    { objectType: "client", objectId: jobberClientId } as const,
    ...jobberJobIds.map((objectId) => ({ objectType: "job", objectId }) as const),
    ...others
      .flat()
      .flatMap(({ objectType, objectId }) => (objectId === null ? [] : [{ objectType, objectId }])),
  ];
  await outbox.erase({ tenant, objects, now });
}

async function sequencesOf(inbox: Inbox, tenant: string): Promise<readonly number[]> {
  const filter = { tenant, states: ["claimed"], limit: Number.POSITIVE_INFINITY } as const;
  return (await inbox.list(filter)).map(({ sequence }) => sequence);
}

function countsOf({ contacts, jobs, submissions }: ErasedRecords) {
  return { contacts: contacts.length, jobs: jobs.length, submissions };
}

/** @throws {TypeError} for a store of your own that cannot erase */
function eraserOf({ store }: SyncDatabase): RecordEraser {
  if (typeof store.erase !== "function")
    throw new TypeError("database.store has no erase(): implement RecordEraser of core/ports.");
  return { erase: (erasure) => (store as RecordEraser).erase(erasure) };
}

/** An empty id would select everything. @throws {TypeError} */
function named(name: string, value: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw new TypeError(`${name} must be text that is not empty.`);
}
