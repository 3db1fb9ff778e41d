import type { KnownTopic } from "../events/topics.ts";
import { SYNC_TOPICS } from "../events/topics.ts";
import type { Inbox } from "../inbox/inbox.ts";
import type { LifecycleHooks } from "../observability/lifecycle-events.ts";
import type { Logger } from "../observability/logger.ts";
import { positiveInteger } from "../options.ts";
import type { Handlers } from "../processing/handlers.ts";
import type { RecordSource } from "../records/record-source.ts";
import type { StatusOverrides } from "../records/snapshot-records.ts";
import type { SyncStore } from "../store/sync-store.ts";
import type { SharedApp, Tenants } from "../tenants/tenant.ts";

/** Which notifications are acted on. Snapshots always are. */
export type TopicSelection = "sync" | "all" | readonly (KnownTopic | (string & {}))[];

interface ReceiverOptionsBase {
  readonly tenants: Tenants;
  /** Opens the app-level route. */
  readonly app?: SharedApp | undefined;
  /**
   * `sync`: jobs, clients, visits, properties and `APP_DISCONNECT`. `all`: whatever comes. Or a list. Others are answered
   * `{"status":"ignored"}` and not stored.
   *
   * @default "sync"
   */
  readonly topics?: TopicSelection | undefined;
  /** Longest body in bytes. @default 262144 */
  readonly maxBodyBytes?: number | undefined;
  /** Bytes of unfinished bodies over all requests. @default 67108864 */
  readonly maxUnreadBytes?: number | undefined;
  /** Verified deliveries that may be with the store at one time; more are answered 503. @default 256 */
  readonly maxInFlight?: number | undefined;
  /** Milliseconds from the headers to the response. Jobber wants it within 1000 (F2.1). @default 800 */
  readonly deadlineMs?: number | undefined;
  /** Seconds in the `Retry-After` of a 503. @default 5 */
  readonly retryAfterSeconds?: number | undefined;
  /**
   * Writes to the log why a signature did not verify (see `diagnoseSignature`), never to the response. For setting things up: it does hundreds
   * of times the work of a rejection.
   *
   * @default false
   */
  readonly development?: boolean | undefined;
  readonly hooks?: LifecycleHooks | undefined;
  /** @default the console */
  readonly logger?: Logger | undefined;
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: (() => number) | undefined;
}

/** A receiver that stores deliveries; a worker takes them from there. */
export interface InboxReceiverOptions extends ReceiverOptionsBase {
  readonly inbox: Inbox;
  readonly store?: undefined;
  readonly source?: undefined;
  readonly on?: undefined;
  readonly statusOverrides?: undefined;
}

/** Inline mode: a receiver that does the whole work before it responses. For snapshots, tests, and backends with a queue of their own. */
export interface StoreReceiverOptions extends ReceiverOptionsBase {
  readonly store: SyncStore;
  readonly inbox?: undefined;
  /** Without it notifications are answered `{"status":"ignored","reason":"no_source"}`; deletes are taken from their topic. */
  readonly source?: RecordSource | undefined;
  /** Called after the commit and before the response. One that throws makes it a 503. */
  readonly on?: Handlers | undefined;
  /** Jobber status → yours; see `mapJobStatus`. */
  readonly statusOverrides?: StatusOverrides | undefined;
}

/** What `createReceiver` takes. */
export type ReceiverOptions = InboxReceiverOptions | StoreReceiverOptions;

/** The numbers of a receiver, checked. */
export interface ReceiverLimits {
  readonly maxBodyBytes: number;
  readonly maxUnreadBytes: number;
  readonly maxInFlight: number;
  readonly deadlineMs: number;
  readonly retryAfterSeconds: number;
}

/** @throws {TypeError} for anything that is not a positive whole number */
export function checkLimits(options: ReceiverOptions): ReceiverLimits {
  // Only what is absent has a default: null is a setting that got lost.
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

/** @throws {TypeError} for anything that is no selection */
export function checkTopics(topics: TopicSelection = "sync"): (topic: string) => boolean {
  if (topics === "all") return () => true;
  const list: unknown = topics === "sync" ? SYNC_TOPICS : topics;
  if (!Array.isArray(list) || !list.every((topic) => typeof topic === "string" && topic !== "")) {
    throw new TypeError('topics must be "sync", "all" or a list of topics such as "JOB_CREATE".');
  }
  const set = new Set<string>(list);
  return (topic) => set.has(topic);
}
