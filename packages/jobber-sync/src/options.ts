import { createSecretKey, type KeyObject } from "node:crypto";
import type {
  ExtraOptions,
  JobberApiHooks,
  JobberApiOptions,
  ReconcilerHooks,
  ReconcilerOptions,
} from "@jobber-sync/api";
import type {
  AnyExtras,
  ChangeHandlers,
  Handlers,
  LifecycleHooks,
  Logger,
  ReceiverOptions,
  RecordExtras,
  SnapshotExtra,
  StatusOverrides,
  SyncReader,
  TenantResolver,
  TokenKey,
  TopicSelection,
  WorkerOptions,
} from "@jobber-sync/core";
import type {
  ChangeFeed,
  CursorStore,
  DatabaseProblem,
  Inbox,
  Lease,
  Outbox,
  RecordEraser,
  SyncStore,
  TokenStore,
} from "@jobber-sync/core/ports";
import type { CreatePushOptions, PushHooks } from "@jobber-sync/push";
import type { SyncTenant } from "./tenants/connected-tenants.ts";

/** The database of `createJobberSync`: what `openSqlite` and `createPostgres` return. */
export interface SyncDatabase {
  readonly inbox: Inbox;
  /** Erases personal data if it is a `RecordEraser`, as the stores of this library are. */
  readonly store: SyncStore & SyncReader & Partial<RecordEraser>;
  /** The store's changes. Enabled by `changes` of {@link JobberSyncOptions}. */
  readonly changes: ChangeFeed;
  /** Changes to push to Jobber. Without it, `sync.push` is `null`. */
  readonly outbox?: Outbox | undefined;
  readonly tokens: TokenStore;
  readonly lease: Lease;
  readonly cursors: CursorStore;
  /** Called by `sync.start()`. */
  migrate?(): Promise<void>;
  /** Looks for problems and changes nothing; called by `jobber-sync doctor`. */
  diagnose?(): Promise<readonly DatabaseProblem[]>;
  /** Called by `sync.stop()`. */
  close?(): Promise<void> | void;
}

/** Your app in Jobber's Developer Center. */
export interface AppOptions {
  readonly clientId: string;
  /** Signs Jobber's webhooks, and authenticates the app when it obtains tokens. */
  readonly clientSecret: string;
  /**
   * Keys for the tokens in the database: 32 bytes each, or those as base64. The first one encrypts,
   * all decrypt. Keep them in a secret manager, never in the database that they protect.
   */
  readonly encryptionKeys: readonly TokenKey[];
  /** The API version, `YYYY-MM-DD`. @default "2026-07-27" */
  readonly version?: string | undefined;
  /**
   * The redirect URI as registered with Jobber.
   *
   * @default the callback's URL as the request names it
   */
  readonly redirectUri?: string | undefined;
  /** Jobber's GraphQL endpoint, or a simulator's. @default Jobber's */
  readonly endpoint?: string | undefined;
}

/** Options for `createJobberSync`. */
export interface JobberSyncOptions<X extends RecordExtras = AnyExtras> {
  readonly database: SyncDatabase;
  /** Leave it out for snapshots only: without it nothing is fetched, connected or reconciled. */
  readonly app?: AppOptions | undefined;
  /**
   * Your tenants, or where to find them. With `app` their accounts come from their connections;
   * leave `tenants` out and every connected account is a tenant of its own. Without `app` each
   * tenant needs `secrets`.
   */
  readonly tenants?: readonly SyncTenant[] | TenantResolver | undefined;
  /** Topics to act on. @default "sync" */
  readonly topics?: TopicSelection | undefined;
  /** Your code, per delivery, after the commit. */
  readonly on?: Handlers<X> | undefined;
  /**
   * Your code, per committed change of a record, whatever caused it: a webhook, reconcile, a push.
   * In order per record. This is how you fill tables of your own, see docs/change-feed.md.
   */
  readonly changes?: ChangeHandlers<X> | undefined;
  /** Jobber's job status → yours, for fetched records and snapshots alike. See `mapJobStatus`. */
  readonly statusOverrides?: StatusOverrides | undefined;
  /**
   * GraphQL selections to read beside the records' fields, stored as `extra`; see
   * docs/records.md#extra. Needs `app`.
   */
  readonly extra?: ExtraOptions | undefined;
  /** Keys of snapshots to store as `extra`. @default none */
  readonly snapshotExtra?: SnapshotExtra | undefined;
  /** Hooks of receiver, worker, API, reconcile and push. */
  readonly hooks?: (LifecycleHooks & JobberApiHooks & ReconcilerHooks & PushHooks) | undefined;
  /** @default the console */
  readonly logger?: Logger | undefined;
  /** Settings of the receiver. */
  readonly receiver?:
    | Pick<
        ReceiverOptions,
        | "maxBodyBytes"
        | "maxUnreadBytes"
        | "maxInFlight"
        | "deadlineMs"
        | "fetchDelayMs"
        | "retryAfterSeconds"
        | "development"
      >
    | undefined;
  /** Settings of the worker. */
  readonly worker?:
    | Pick<
        WorkerOptions,
        | "concurrency"
        | "leaseMs"
        | "fetchesPerSecond"
        | "looksMs"
        | "runTimeoutMs"
        | "retry"
        | "changeRetry"
        | "retention"
      >
    | undefined;
  /** Settings of reconcile; `false` switches it off. Needs `app`. */
  readonly reconcile?: Pick<ReconcilerOptions, "sweepEveryMs" | "maxMissing"> | false | undefined;
  /** Settings of push. Needs `app`, and a database with an outbox. */
  readonly push?: Pick<CreatePushOptions, "concurrency" | "leaseMs" | "lookAfterMs"> | undefined;
  /** Settings of the API client, for tests and proxies. */
  readonly api?:
    | Pick<JobberApiOptions, "fetch" | "timeoutMs" | "maxWaitMs" | "maxRequests">
    | undefined;
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: (() => number) | undefined;
}

/** The app's options, checked and complete. */
export type CheckedApp = Omit<AppOptions, "version"> & { readonly version: string };

/** The version that the documents of @jobber-sync/api were written for and are checked against. */
export const DEFAULT_API_VERSION = "2026-07-27";

/** @throws {TypeError} for a missing id or secret, and for keys that are not 32 bytes */
export function checkApp(app: AppOptions): CheckedApp {
  for (const name of ["clientId", "clientSecret"] as const) {
    if (typeof app[name] !== "string" || app[name].trim() === "")
      throw new TypeError(`app.${name} is missing. Is the environment variable set?`);
  }
  if (!Array.isArray(app.encryptionKeys) || app.encryptionKeys.length === 0) {
    throw new TypeError(
      'app.encryptionKeys needs at least one key, such as [{ id: "1", key: process.env.JOBBER_TOKEN_KEY }]. Create one with: openssl rand -base64 32',
    );
  }
  if (app.redirectUri !== undefined && !URL.canParse(app.redirectUri))
    throw new TypeError("app.redirectUri is not a URL.");
  return { ...app, version: app.version ?? DEFAULT_API_VERSION };
}

/** Returns the keys as key objects. Call it after `encryptTokens` has checked them. */
export function keyObjects(keys: readonly TokenKey[]): readonly KeyObject[] {
  return keys.map(({ key }) =>
    createSecretKey(typeof key === "string" ? Buffer.from(key, "base64") : key),
  );
}
