import { isJobberSyncError } from "@jobber-sync/core";
import type { ReconcileReport } from "./reconcile-report.ts";
import type { EmitReconcile } from "./reconciler-hooks.ts";
import type { CheckedReconcilerOptions } from "./reconciler-options.ts";

/** Runs reconciles for all tenants in turn. */
export interface Scheduler {
  start(): void;
  stop(options?: { readonly graceMs?: number | undefined }): Promise<void>;
  soon(tenant: string): Promise<void>;
}

/** Dependencies of {@link createScheduler}. */
export interface SchedulerOptions
  extends Pick<
    CheckedReconcilerOptions,
    "tenants" | "everyMs" | "concurrency" | "sliceMs" | "cursors" | "logger" | "now" | "random"
  > {
  readonly emit: EmitReconcile;
  readonly run: (
    tenant: string,
    options: { readonly signal: AbortSignal },
    shouldYield: (startedAt: number) => boolean,
  ) => Promise<ReconcileReport>;
}

interface Entry {
  readonly tenant: string;
  /** Whether `tenants` still lists it. `false` for a tenant that only `soon` has named. */
  listed: boolean;
  dueAt: number;
  running: boolean;
  /** Whether this process has not completed a run of the tenant yet. */
  first: boolean;
  /** Calls of `soon` that the next run resolves. */
  waiters: (() => void)[];
}

const LIST_EVERY_MS = 60_000;
// Another process is reconciling the tenant, or died doing so.
const BUSY_RETRY_MS = 60_000;
const JITTER = 0.1;
// The tenant's owner has to act; the API's hooks have reported it.
const EXPECTED: ReadonlySet<string> = new Set(["ERR_API_NEEDS_REAUTH", "ERR_API_DISCONNECTED"]);

/** Creates the scheduler. Runs are started in the order in which tenants became due. */
export function createScheduler(options: SchedulerOptions): Scheduler {
  const { tenants, everyMs, concurrency, sliceMs, cursors, logger, now, random, emit, run } =
    options;
  const entries = new Map<string, Entry>();
  const active = new Set<Promise<void>>();
  let stopping = new AbortController();
  let started = false;
  let listAt = 0;
  let timer: NodeJS.Timeout | undefined;

  function entryOf(tenant: string): Entry {
    const known = entries.get(tenant);
    if (known !== undefined) return known;
    const fresh = { tenant, listed: false, dueAt: now(), running: false, first: true };
    const entry: Entry = { ...fresh, waiters: [] };
    entries.set(tenant, entry);
    return entry;
  }

  async function list(): Promise<void> {
    listAt = now() + LIST_EVERY_MS;
    try {
      const listed = new Set(await tenants());
      for (const tenant of listed) entryOf(tenant).listed = true;
      for (const entry of entries.values()) {
        if (listed.has(entry.tenant)) continue;
        entry.listed = false;
        if (!entry.running && entry.waiters.length === 0) entries.delete(entry.tenant);
      }
    } catch (err) {
      logger.error({ err }, "reconcile: could not list the tenants, retrying in a minute");
    }
  }

  const isDue = (entry: Entry): boolean =>
    !entry.running && entry.dueAt <= now() && (started || entry.waiters.length > 0);

  /** Starts the runs that are due, and sets the timer for the next ones. */
  function pump(): void {
    clearTimeout(timer);
    if (stopping.signal.aborted) return;
    if (started && listAt <= now()) {
      void list().then(pump);
      return;
    }
    const due = [...entries.values()].filter(isDue).sort((a, b) => a.dueAt - b.dueAt);
    for (const entry of due.slice(0, Math.max(0, concurrency - active.size))) launch(entry);
    if (!started) return;
    const waiting = [...entries.values()].filter((entry) => !entry.running);
    const next = Math.min(listAt, ...waiting.map(({ dueAt }) => dueAt));
    // Due tenants without a free place are started when a run ends.
    timer = setTimeout(pump, Math.max(1000, next - now()));
    timer.unref();
  }

  function launch(entry: Entry): void {
    entry.running = true;
    const { signal } = stopping;
    const running = runEntry(entry, signal).finally(() => {
      entry.running = false;
      active.delete(running);
      if (!entry.listed && entry.waiters.length === 0) entries.delete(entry.tenant);
      pump();
    });
    active.add(running);
  }

  /** Runs one tenant and decides when it is due again. Never rejects. */
  async function runEntry(entry: Entry, signal: AbortSignal): Promise<void> {
    const { tenant } = entry;
    const startedAt = now();
    const waiters = entry.waiters;
    entry.waiters = [];
    const nextAt = startedAt + everyMs * (1 + JITTER * (2 * random() - 1));
    try {
      const asked = entry.first || waiters.length > 0;
      const ran = asked ? 0 : Number(await cursors.get(tenant, "ran"));
      if (ran > startedAt - everyMs * (1 - 2 * JITTER) && ran <= startedAt) {
        // Another process has reconciled the tenant meanwhile.
        entry.dueAt = ran + everyMs * (1 + JITTER * (2 * random() - 1));
        return;
      }
      const report = await run(tenant, { signal }, (at) => mustYield(at, entry));
      if (report.ran && report.complete) {
        entry.first = false;
        entry.dueAt = nextAt;
      } else {
        entry.dueAt = report.ran ? now() : now() + BUSY_RETRY_MS;
        if (report.ran) {
          entry.waiters.push(...waiters.splice(0));
          return;
        }
      }
    } catch (error) {
      entry.dueAt = nextAt;
      if (!signal.aborted) failed(tenant, error);
    }
    if (entry.waiters.length > 0) entry.dueAt = now();
    for (const resolve of waiters) resolve();
  }

  function mustYield(startedAt: number, own: Entry): boolean {
    if (now() - startedAt < sliceMs) return false;
    return [...entries.values()].some((entry) => entry !== own && isDue(entry));
  }

  function failed(tenant: string, error: unknown): void {
    emit("failed", { tenant, error });
    const code = isJobberSyncError(error) ? error.code : undefined;
    if (code !== undefined && EXPECTED.has(code)) return;
    logger.warn({ tenant, code, err: error }, "reconcile failed; the next run continues");
  }

  return {
    start() {
      if (started) return;
      started = true;
      listAt = 0;
      if (stopping.signal.aborted) stopping = new AbortController();
      pump();
    },

    async stop({ graceMs } = {}) {
      started = false;
      stopping.abort(new Error("the reconciler was stopped"));
      clearTimeout(timer);
      const ended = Promise.all(active).then(() => {});
      await (graceMs === undefined ? ended : Promise.race([ended, afterMs(graceMs)]));
      for (const entry of entries.values()) for (const resolve of entry.waiters) resolve();
      entries.clear();
    },

    soon(tenant) {
      if (stopping.signal.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const entry = entryOf(tenant);
        entry.waiters.push(resolve);
        entry.dueAt = Math.min(entry.dueAt, now());
        pump();
      });
    },
  };
}

function afterMs(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
