import type { TopicSelection } from "../events/topic-selection.ts";
import type { Inbox } from "../inbox/inbox.ts";
import { MAX_DEBOUNCE_MS } from "../inbox/transitions.ts";
import type { LifecycleHooks } from "../observability/lifecycle-events.ts";
import type { Logger } from "../observability/logger.ts";
import { positiveInteger } from "../options.ts";
import type { Handlers } from "../processing/handlers.ts";
import type { AnyExtras, RecordExtras } from "../records/extra.ts";
import type { StatusOverrides } from "../records/map-job-status.ts";
import type { RecordSource } from "../records/record-source.ts";
import type { SnapshotExtra } from "../records/snapshot-extra.ts";
import type { SyncStore } from "../store/sync-store.ts";
import type { SharedApp, Tenants } from "../tenants/tenant.ts";

interface CommonReceiverOptions {
  readonly tenants: Tenants;
  /** Opens the app-level route. */
  readonly app?: SharedApp | undefined;
  /**
   * The topics to act on: `sync` for jobs, clients, visits, properties and `APP_DISCONNECT`, `all`,
   * or a list. Other notifications get the response `{"status":"ignored"}` and are not stored.
   *
   * @default "sync"
   */
  readonly topics?: TopicSelection | undefined;
  /** Size of the largest body, in bytes. @default 262144 */
  readonly maxBodyBytes?: number | undefined;
  /**
   * Bytes of all bodies that are being read, wait for a tenant lookup or queue for the store.
   * Further requests get a 503.
   *
   * @default 67108864
   */
  readonly maxUnreadBytes?: number | undefined;
  /**
   * Number of verified deliveries that may be with the store at the same time. Further deliveries
   * queue until their deadline.
   *
   * @default 256
   */
  readonly maxInFlight?: number | undefined;
  /**
   * Milliseconds from the request's headers to the response. Jobber expects a response within one
   * second, see docs/jobber-facts.md#delivery-rules.
   *
   * @default 800
   */
  readonly deadlineMs?: number | undefined;
  /** Seconds in the `Retry-After` header of a 503. @default 5 */
  readonly retryAfterSeconds?: number | undefined;
  /**
   * Logs a diagnosis of every rejected signature (see `diagnoseSignature`); responses do not
   * change. For setting up: a diagnosis costs hundreds of times as much as a rejection. Without it,
   * the log has one line per cause and minute.
   *
   * @default false
   */
  readonly development?: boolean | undefined;
  readonly hooks?: LifecycleHooks | undefined;
  /** @default the console */
  readonly logger?: Logger | undefined;
  /** Returns milliseconds since 1970. @default Date.now */
  readonly now?: (() => number) | undefined;
  /** Change handlers belong to a worker: inline mode has nothing that would try them again. */
  readonly changes?: undefined;
}

/** Options for a receiver that stores deliveries in an inbox, from which a worker takes them. */
export interface InboxReceiverOptions extends CommonReceiverOptions {
  readonly inbox: Inbox;
  /**
   * Delay from the receipt of a notification until its record is fetched. One user action often
   * sends two or three notifications of an object about a second apart: those that arrive within
   * the delay share a fetch. Snapshots are processed at once. 0 to 5000 milliseconds; 0 switches
   * the delay off.
   *
   * @default 1000
   */
  readonly fetchDelayMs?: number | undefined;
  readonly store?: undefined;
  readonly source?: undefined;
  readonly on?: undefined;
  readonly statusOverrides?: undefined;
  readonly snapshotExtra?: undefined;
}

/**
 * Options for inline mode: a receiver that processes a delivery completely before it responds. For
 * snapshots, tests, and backends with a queue of their own.
 */
export interface InlineReceiverOptions<X extends RecordExtras = AnyExtras>
  extends CommonReceiverOptions {
  readonly store: SyncStore;
  readonly inbox?: undefined;
  readonly fetchDelayMs?: undefined;
  /**
   * Fetches the records of notifications. Without it, notifications get the response
   * `{"status":"ignored","reason":"no_source"}`, except deletes, whose topic says everything.
   */
  readonly source?: RecordSource<X> | undefined;
  /**
   * Handlers, called after the commit and before the response. A handler that throws causes a 503.
   */
  readonly on?: Handlers<X> | undefined;
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
}

/** Options for `createReceiver`. */
export type ReceiverOptions<X extends RecordExtras = AnyExtras> =
  | InboxReceiverOptions
  | InlineReceiverOptions<X>;

/** The validated numbers of a receiver. */
export interface ReceiverLimits {
  readonly maxBodyBytes: number;
  readonly maxUnreadBytes: number;
  readonly maxInFlight: number;
  readonly deadlineMs: number;
  readonly retryAfterSeconds: number;
}

/** @throws {TypeError} if a number is not a positive integer */
export function checkLimits(options: CommonReceiverOptions): ReceiverLimits {
  // Only an absent option gets its default: null is what a lost setting turns into.
  const checked = (name: keyof ReceiverLimits, fallback: number) =>
    positiveInteger(name, options[name] === undefined ? fallback : options[name]);
  return {
    maxBodyBytes: checked("maxBodyBytes", 256 * 1024),
    maxUnreadBytes: checked("maxUnreadBytes", 64 * 1024 * 1024),
    maxInFlight: checked("maxInFlight", 256),
    deadlineMs: checked("deadlineMs", 800),
    retryAfterSeconds: checked("retryAfterSeconds", 5),
  };
}

/** @throws {TypeError} unless `fetchDelayMs` is a number from 0 to 5000 */
export function checkFetchDelay(fetchDelayMs: unknown = 1000): number {
  if (typeof fetchDelayMs === "number" && fetchDelayMs >= 0 && fetchDelayMs <= MAX_DEBOUNCE_MS)
    return fetchDelayMs;
  throw new TypeError(`fetchDelayMs must be a number from 0 to ${MAX_DEBOUNCE_MS}.`);
}
