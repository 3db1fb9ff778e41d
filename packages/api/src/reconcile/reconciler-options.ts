import { randomUUID } from "node:crypto";
import { setTimeout as delayFor } from "node:timers/promises";
import type { Logger } from "@jobber-sync/core";
import { type CursorStore, type Lease, positiveInteger, safeLogger } from "@jobber-sync/core/ports";
import { prepareExtra } from "../extra/extra-selections.ts";
import type { Sleep } from "../limits/tenant-limits.ts";
import type { ReconcileApi, ReconcileStore } from "./reconcile-context.ts";
import type { ReconcilerHooks } from "./reconciler-hooks.ts";

/** The tenants to reconcile: a list, or a function that returns the current one. */
export type ReconcilerTenants =
  | readonly string[]
  | (() => readonly string[] | Promise<readonly string[]>);

/** Options for `createReconciler`. */
export interface ReconcilerOptions {
  /** Its `statusOverrides` and `extra` apply to reconciled records, too. */
  readonly api: ReconcileApi;
  readonly store: ReconcileStore;
  /** Stores the position of every walk, so that a killed process resumes where it stopped. */
  readonly cursors: CursorStore;
  /** The lease that keeps two processes from reconciling one tenant at once. @default none */
  readonly lease?: Lease | undefined;
  /** The tenants that `start` reconciles. @default none: call `reconcile` or `soon` yourself */
  readonly tenants?: ReconcilerTenants | undefined;
  /** Time between two runs of a tenant, varied by 10 %. Milliseconds. @default 15 minutes */
  readonly everyMs?: number | undefined;
  /**
   * Time between two sweeps of a tenant. A sweep reads everything, finds deletes, and repairs what
   * neither webhooks nor timestamps reveal. Milliseconds.
   *
   * @default 24 hours
   */
  readonly sweepEveryMs?: number | undefined;
  /**
   * The largest share of the stored records, 0 to 1, that a sweep deletes as missing. With more,
   * and more than two, or with all of three or more missing, it deletes nothing until you call
   * `acknowledgeMissing`: a token that lost a permission sees no records either.
   *
   * @default 0.2
   */
  readonly maxMissing?: number | undefined;
  /** Tenants reconciled at the same time. @default 4 */
  readonly concurrency?: number | undefined;
  /**
   * The time after which a scheduled run pauses for other tenants that are due, and continues
   * later. Milliseconds.
   *
   * @default 60000
   */
  readonly sliceMs?: number | undefined;
  /** Called before each request. Wait here for a slot of the rate limit that workers share. */
  readonly beforeFetch?: ((tenant: string, signal: AbortSignal) => Promise<void>) | undefined;
  readonly hooks?: ReconcilerHooks | undefined;
  /** @default the console */
  readonly logger?: Logger | undefined;
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: (() => number) | undefined;
  /** Waits; for tests with a fake clock. @default a timer */
  readonly sleep?: Sleep | undefined;
  /** A random number from 0 to 1, for jitter. @default Math.random */
  readonly random?: (() => number) | undefined;
}

/** Validated options with their defaults filled in. */
export type CheckedReconcilerOptions = ReturnType<typeof checkReconcilerOptions>;

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Validates the options and fills in defaults. @throws {TypeError} for a number out of range */
export function checkReconcilerOptions(options: ReconcilerOptions) {
  const { api, store, cursors, lease, tenants = [], sweepEveryMs = DAY_MS } = options;
  const { maxMissing = 0.2 } = options;
  if (!(sweepEveryMs > 0)) throw new TypeError("sweepEveryMs must be a positive number.");
  if (!(maxMissing >= 0 && maxMissing <= 1)) throw new TypeError("maxMissing must be from 0 to 1.");
  return {
    api,
    store,
    cursors,
    lease,
    maxMissing,
    sweepEveryMs,
    tenants: typeof tenants === "function" ? tenants : () => tenants,
    extra: api.extra ?? prepareExtra({}, options.now ?? Date.now),
    everyMs: positiveInteger("everyMs", options.everyMs ?? 15 * MINUTE_MS),
    concurrency: positiveInteger("concurrency", options.concurrency ?? 4),
    sliceMs: positiveInteger("sliceMs", options.sliceMs ?? MINUTE_MS),
    beforeFetch: options.beforeFetch ?? (async () => {}),
    hooks: options.hooks ?? {},
    logger: safeLogger(options.logger),
    now: options.now ?? Date.now,
    sleep: options.sleep ?? (async (ms, signal) => delayFor(ms, undefined, { signal })),
    random: options.random ?? Math.random,
    holder: randomUUID(),
  };
}
