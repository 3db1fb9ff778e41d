import { randomUUID } from "node:crypto";
import { setTimeout as delayFor } from "node:timers/promises";
import {
  type Instant,
  JobberSyncError,
  parseInstant,
  type StatusOverrides,
  type SyncReader,
} from "@jobber-sync/core";
import type { CursorStore, Lease, SyncStore } from "@jobber-sync/core/ports";
import type { JobberApi } from "../create-jobber-api.ts";
import type { Sleep } from "../limits/tenant-limits.ts";
import type { ReconcileContext, ReconcileCounts } from "./reconcile-context.ts";
import { settleDifferences } from "./settle-differences.ts";
import { later, walkClients, walkJobs } from "./walk-records.ts";

/** What `createReconciler` takes. */
export interface ReconcilerOptions {
  readonly api: Pick<JobberApi, "fetch" | "request">;
  readonly store: SyncStore & Pick<SyncReader, "jobs" | "contacts">;
  /** Remembers how far the last reconcile came. */
  readonly cursors: CursorStore;
  /** Keeps two processes from reconciling one tenant at once, which is a waste but no harm. @default none */
  readonly lease?: Lease | undefined;
  /** Jobber status → ours; the same as the API's. */
  readonly statusOverrides?: StatusOverrides | undefined;
  /** How often everything is walked, deletes are found, and what webhooks and times do not show is repaired. Milliseconds. @default 24 hours */
  readonly sweepEveryMs?: number | undefined;
  /**
   * The largest part of the stored records that may be missing in Jobber before a sweep rejects to delete them: a token that lost a
   * permission sees nothing either. 0 to 1. @default 0.2
   */
  readonly maxMissing?: number | undefined;
  /** Called before each request: a place to take it out of the budget that workers share (`inbox.acquireSlot`). */
  readonly beforeFetch?: ((tenant: string, signal: AbortSignal) => Promise<void>) | undefined;
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: (() => number) | undefined;
  /** @default a timer */
  readonly sleep?: Sleep | undefined;
}

/** What a reconcile did. */
export interface ReconcileReport {
  /** `false`: another process is at it; nothing was done. */
  readonly ran: boolean;
  /** Whether everything was walked, not only what changed. */
  readonly swept: boolean;
  readonly clients: Readonly<ReconcileCounts>;
  readonly jobs: Readonly<ReconcileCounts>;
}

/** Repairs what webhooks missed. */
export interface Reconciler {
  /**
   * Makes the tenant's records equal to Jobber's: what changed since the last time (with ten minutes' overlap), and once a day everything.
   * The first time walks everything: that is the backfill. Call it every quarter of an hour or so, and after an outage.
   *
   * Its requests leave half of the tenant's query points to webhooks. A sweep that finds a record on one side only looks again 60 s later
   * before it deletes or revives. Writes no submissions and calls no `on` handlers.
   *
   * @param options.full walk everything now
   * @throws {JobberSyncError} `ERR_API_…`, `ERR_STORE…`. What was written stays; the cursor stays where it was, so the next one begins there.
   */
  reconcile(
    tenant: string,
    options?: { readonly signal?: AbortSignal; readonly full?: boolean },
  ): Promise<ReconcileReport>;
}

const DAY_MS = 24 * 60 * 60_000;
// Far longer than one request with its waits.
const LEASE_MS = 10 * 60_000;

/**
 * Makes the sweep that repairs missed webhooks.
 *
 * @throws {TypeError} for options that cannot work
 */
export function createReconciler(options: ReconcilerOptions): Reconciler {
  const { api, store, cursors, lease, now = Date.now } = options;
  const { sweepEveryMs = DAY_MS, maxMissing = 0.2, statusOverrides = {} } = options;
  if (!(sweepEveryMs > 0)) throw new TypeError("sweepEveryMs must be a positive number.");
  if (!(maxMissing >= 0 && maxMissing <= 1)) throw new TypeError("maxMissing must be from 0 to 1.");
  const sleep: Sleep = options.sleep ?? (async (ms, signal) => delayFor(ms, undefined, { signal }));
  const holder = randomUUID();

  async function run(context: ReconcileContext, full: boolean): Promise<ReconcileReport> {
    const { tenant } = context;
    const clients = noCounts();
    const jobs = noCounts();
    const swept = Number(await cursors.get(tenant, "swept"));
    const begin = now();
    // A time in the future is a clock that was set back.
    const sweep = full || !(swept > 0 && begin - swept < sweepEveryMs && swept <= begin);
    const clientWalk = await since(context, "clients", sweep, (from) =>
      walkClients(context, from, clients),
    );
    const jobWalk = await since(context, "jobs", sweep, (from) => walkJobs(context, from, jobs));
    if (sweep) {
      const sweeps = [
        { kind: "client", walk: clientWalk, counts: clients },
        { kind: "job", walk: jobWalk, counts: jobs },
      ] as const;
      await settleDifferences(context, sweeps, maxMissing);
      await cursors.set(tenant, "swept", String(begin));
    }
    return { ran: true, swept: sweep, clients, jobs };
  }

  /** Walks from the cursor, and moves it once all of it is written. */
  async function since<W extends { readonly newest: Instant | null }>(
    { tenant }: ReconcileContext,
    name: string,
    sweep: boolean,
    walk: (cursor: Instant | null) => Promise<W>,
  ): Promise<W> {
    const cursor = parseInstant((await cursors.get(tenant, name)) ?? "");
    const walked = await walk(sweep ? null : cursor);
    const moved = later(cursor, walked.newest);
    if (moved !== null && moved !== cursor) await cursors.set(tenant, name, moved);
    return walked;
  }

  return {
    async reconcile(tenant, { signal = new AbortController().signal, full = false } = {}) {
      const name = `jobber-reconcile:${tenant}`;
      if (lease !== undefined && !(await lease.acquire(name, holder, LEASE_MS))) {
        return { ran: false, swept: false, clients: noCounts(), jobs: noCounts() };
      }
      const heartbeat = async (): Promise<void> => {
        signal.throwIfAborted();
        if (lease === undefined || (await lease.acquire(name, holder, LEASE_MS))) return;
        throw new JobberSyncError(
          "ERR_LEASE_TIMEOUT",
          "Another process has taken over this tenant's reconcile.",
        );
      };
      const beforeFetch = options.beforeFetch ?? (async () => {});
      try {
        const context = {
          tenant,
          api,
          store,
          cursors,
          statusOverrides,
          now,
          sleep,
          signal,
          beforeFetch,
          heartbeat,
        };
        return await run(context, full);
      } finally {
        await lease?.release(name, holder).catch(() => {});
      }
    },
  };
}

function noCounts(): ReconcileCounts {
  return { seen: 0, inserted: 0, updated: 0, deleted: 0, revived: 0 };
}
