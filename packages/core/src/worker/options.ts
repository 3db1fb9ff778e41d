import type { ChangeFeed } from "../changes/change-feed.ts";
import type { TopicSelection } from "../events/topic-selection.ts";
import type { Inbox, PurgeOptions } from "../inbox/inbox.ts";
import type { LifecycleHooks } from "../observability/lifecycle-events.ts";
import type { Logger } from "../observability/logger.ts";
import { nonNegativeMs, positiveInteger } from "../options.ts";
import type { ChangeHandlers } from "../processing/change-handlers.ts";
import type { Handlers } from "../processing/handlers.ts";
import type { AnyExtras, RecordExtras } from "../records/extra.ts";
import type { StatusOverrides } from "../records/map-job-status.ts";
import type { RecordSource } from "../records/record-source.ts";
import type { SnapshotExtra } from "../records/snapshot-extra.ts";
import type { SyncReader, SyncStore } from "../store/sync-store.ts";
import type { SharedApp, Tenants } from "../tenants/tenant.ts";
import { checkRetryPolicy, type RetryPolicy } from "./retry-policy.ts";
import { type ChangeRetryPolicy, checkChangeRetry } from "./settle-change.ts";

/** Retention of deliveries and changes. */
export interface RetentionOptions extends Omit<PurgeOptions, "now" | "signal"> {
  /**
   * `done` changes older than this are deleted.
   *
   * @default 7 days, in milliseconds
   */
  readonly changesAfterMs?: number | undefined;
}

/** Options for `createWorker`. */
export interface WorkerOptions<X extends RecordExtras = AnyExtras> {
  readonly inbox: Inbox;
  /**
   * With `jobIds`, deleting a client or a property reads its jobs again. With `jobs` and
   * `contacts`, the limit of inferred deletes depends on the number of records.
   */
  readonly store: SyncStore & Partial<Pick<SyncReader, "jobIds" | "jobs" | "contacts">>;
  /** Resolves notifications. Without it they stay `unresolved`, except deletes. */
  readonly source?: RecordSource<X> | undefined;
  /** Handlers, called after the commit, at least once per delivery: make them idempotent. */
  readonly on?: Handlers<X> | undefined;
  /**
   * Handlers of changes, called once per committed change of a record, in order per record. They
   * have slots of their own, as many as `concurrency`. Needs `feed`, and enables it.
   */
  readonly changes?: ChangeHandlers<X> | undefined;
  /** The store's changes: `changes` of `openSqlite`, `createPostgres`, `createMemoryStore`. */
  readonly feed?: ChangeFeed | undefined;
  /** When a change whose handler failed is tried again. */
  readonly changeRetry?: Partial<ChangeRetryPolicy> | undefined;
  /**
   * The receiver's tenants, to check ownership again before anything is written. Needed to replay
   * ownership quarantines: without it they are quarantined again.
   */
  readonly tenants?: Tenants | undefined;
  /** The receiver's shared app, if it has one. */
  readonly app?: SharedApp | undefined;
  /**
   * Maps the job statuses of snapshots to yours; see `mapJobStatus`.
   *
   * @default the source's
   */
  readonly statusOverrides?: StatusOverrides | undefined;
  /**
   * Keys of snapshots to store as `extra` (docs/records.md#extra).
   *
   * @default none: other keys are ignored
   */
  readonly snapshotExtra?: SnapshotExtra | undefined;
  /**
   * The receiver's `topics`, to report handlers of topics that it ignores.
   *
   * @default unknown: nothing is reported
   */
  readonly topics?: TopicSelection | undefined;
  /** Objects processed at the same time. @default 8 */
  readonly concurrency?: number | undefined;
  /**
   * Duration for which the claims of a dead worker last. A running worker extends its claims every
   * third of it. Milliseconds.
   *
   * @default 15000
   */
  readonly leaseMs?: number | undefined;
  /**
   * API calls per second and tenant, across all workers. Jobber allows 2,500 in 300 s, see
   * docs/jobber-facts.md#rate-limits.
   *
   * @default 8
   */
  readonly fetchesPerSecond?: number | undefined;
  /**
   * When an object is read again whose fetch may have come from a replica that lags behind, counted
   * from the first fetch: until the notified change is proven to be visible, or the record to be
   * missing. Data read through a visit or property is read again at the second time. Milliseconds,
   * ascending.
   *
   * @default [3000, 15000, 60000]
   */
  readonly looksMs?: readonly number[] | undefined;
  /**
   * Time limit of one run, which processes up to 2,048 deliveries of an object. Anything still
   * pending counts as failed: a handler as if it had thrown, a source or store as if it were
   * unavailable. Milliseconds.
   *
   * @default 300000
   */
  readonly runTimeoutMs?: number | undefined;
  readonly retry?: Partial<RetryPolicy> | undefined;
  /** Purge settings, applied hourly; `false` never purges, call `purge` of inbox and feed. */
  readonly retention?: RetentionOptions | false | undefined;
  readonly hooks?: LifecycleHooks | undefined;
  /** @default the console */
  readonly logger?: Logger | undefined;
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: (() => number) | undefined;
  /** 0 to 1, for jitter. @default Math.random */
  readonly random?: (() => number) | undefined;
}

const LATEST_LOOK_MS = 60 * 60_000;

/** Completes and validates the numbers of {@link WorkerOptions}. @throws {TypeError} */
export function checkLimits(options: Omit<WorkerOptions<RecordExtras>, "changes">) {
  checkRetention(options.retention);
  return {
    concurrency: positiveInteger("concurrency", options.concurrency ?? 8),
    leaseMs: positiveInteger("leaseMs", options.leaseMs ?? 15_000),
    fetchesPerSecond: positiveInteger("fetchesPerSecond", options.fetchesPerSecond ?? 8),
    looksMs: checkLooks(options.looksMs),
    runTimeoutMs: positiveInteger("runTimeoutMs", options.runTimeoutMs ?? 300_000),
    retry: checkRetryPolicy(options.retry),
    changeRetry: checkChangeRetry(options.changeRetry),
  };
}

/** @throws {TypeError} unless the times ascend */
function checkLooks(looksMs: readonly number[] = [3000, 15_000, 60_000]): readonly number[] {
  const isAscending = (ms: unknown, index: number) =>
    typeof ms === "number" && ms > (looksMs[index - 1] ?? 0) && ms <= LATEST_LOOK_MS;
  if (Array.isArray(looksMs) && looksMs.length > 0 && looksMs.every(isAscending)) return looksMs;
  throw new TypeError("looksMs must be a list of milliseconds, ascending, up to one hour.");
}

function checkRetention(retention: WorkerOptions["retention"] = {}): void {
  if (retention === false) return;
  const names = [
    "bodiesAfterMs",
    "failedAfterMs",
    "doneAfterMs",
    "parentsAfterMs",
    "changesAfterMs",
  ] as const;
  for (const name of names)
    if (retention[name] !== undefined) nonNegativeMs(`retention.${name}`, retention[name]);
}
