import type { JobberApi, Reconciler } from "@jobber-sync/api";
import {
  type AnyExtras,
  type ConnectHandlers,
  createReceiver,
  createWorker,
  type JobberWorker,
  type Receiver,
  type RecordExtras,
  type SyncReader,
  type Tenant,
  type Tenants,
} from "@jobber-sync/core";
import { type ChangeFeed, type Inbox, type SyncStore, safeLogger } from "@jobber-sync/core/ports";
import type { Push } from "@jobber-sync/push";
import { connectedParts } from "./connected-parts.ts";
import { createErasure, type ErasureReport } from "./erasure/create-erasure.ts";
import { checkHealth, type Health } from "./health/check-health.ts";
import { createDeliveryLog } from "./health/delivery-log.ts";
import { readConnections, type TenantConnection } from "./health/read-connections.ts";
import type { JobberSyncOptions, SyncDatabase } from "./options.ts";
import { trackDeliveries } from "./track-deliveries.ts";

/** Receiver, worker, API, OAuth and reconcile, wired together. Each part may be used on its own. */
export interface JobberSync<X extends RecordExtras = AnyExtras> {
  readonly receiver: Receiver;
  readonly worker: JobberWorker;
  readonly inbox: Inbox;
  readonly store: SyncStore & SyncReader;
  /** The changes of records, for `initial` and `replay`. */
  readonly changes: ChangeFeed;
  /** `null` without `app`. */
  readonly api: JobberApi<X> | null;
  /** `null` without `app`, and with `reconcile: false`. */
  readonly reconciler: Reconciler | null;
  /**
   * Pushes changes of your backend to Jobber. `null` without `app`, and for a database without an
   * outbox.
   */
  readonly push: Push | null;
  /** The OAuth flow, mounted by the adapters' `jobberConnect`. `null` without `app`. */
  readonly connect: ConnectHandlers | null;
  /**
   * Migrates the database and starts worker and reconcile. The receiver accepts deliveries without
   * it. Calling it again does nothing.
   *
   * @throws {JobberSyncError} `ERR_STORE…` when the database cannot be reached or migrated
   */
  start(): Promise<void>;
  /**
   * Stops claiming deliveries, waits for active runs for up to `graceMs` and for the responses to
   * deliveries that are being received, then closes the database. Stop your HTTP server at the same
   * time, not before: idle keep-alive connections must not delay the worker.
   *
   * @param options.graceMs milliseconds. @default 10000
   */
  stop(options?: { readonly graceMs?: number | undefined }): Promise<void>;
  /**
   * Processes what is due and resolves when nothing is: for tests, scripts and cron routes.
   * Resolves with the number of runs.
   */
  drain(options?: { readonly maxMs?: number | undefined }): Promise<number>;
  /**
   * Erases a client's personal data: from its contact, its jobs, their submissions, and deliveries,
   * processed or not. Ids and tombstones stay, and later writes of the contact change nothing. Call
   * it after you have deleted the client in Jobber. Waits for active runs of the tenant, which may
   * take as long as your handlers.
   *
   * @throws {JobberSyncError} `ERR_STORE…`; `ERR_STORE_BUSY` if active runs do not end within a
   *   minute: call it again
   * @throws {TypeError} for a store of your own without `erase`
   */
  eraseContact(tenant: string, jobberClientId: string): Promise<ErasureReport>;
  /**
   * Erases a tenant: its connection, and the personal data of all its records, submissions and
   * deliveries. Ids and tombstones stay. A tenant who connects again is imported again.
   *
   * @throws {JobberSyncError} as {@link eraseContact}
   */
  eraseTenant(tenant: string): Promise<ErasureReport>;
  /**
   * Checks database, backlog, connections and reconcile: a level, and a reason for each problem.
   * For health endpoints and gauges. Never rejects.
   */
  health(): Promise<Health>;
  /**
   * Returns the connections of all tenants, without their tokens.
   *
   * @throws {JobberSyncError} `ERR_STORE…` when the database does not respond
   */
  connections(): Promise<readonly TenantConnection[]>;
}

/**
 * Creates everything a backend needs to stay in sync with Jobber, on one database: a receiver for
 * webhooks, a worker that turns them into records and calls your handlers, the API client with
 * encrypted tokens, the OAuth flow, and reconcile.
 *
 * Nothing connects before {@link JobberSync.start} or the first request.
 *
 * @typeParam X types of `extra`, as your selections determine them; not checked at runtime
 * @throws {TypeError} for options that cannot work, naming the option
 *
 * @example
 * ```ts
 * import { openSqlite } from "@jobber-sync/sqlite";
 * import { createJobberSync } from "jobber-sync";
 *
 * const sync = createJobberSync({
 *   database: openSqlite("jobber-sync.db"),
 *   app: {
 *     clientId: process.env.JOBBER_CLIENT_ID ?? "",
 *     clientSecret: process.env.JOBBER_CLIENT_SECRET ?? "",
 *     encryptionKeys: [{ id: "1", key: process.env.JOBBER_TOKEN_KEY ?? "" }],
 *   },
 *   tenants: [{ slug: "acme" }],
 *   on: { "job.completed": ({ job, contact }) => console.log(job.title, contact?.email) },
 * });
 * await sync.start();
 * ```
 */
export function createJobberSync<X extends RecordExtras = AnyExtras>(
  options: JobberSyncOptions<X>,
): JobberSync<X> {
  const { database, logger, now } = options;
  const { inbox, store, changes } = checkDatabase(database);
  const connected = options.app === undefined ? null : connectedParts<X>(options, options.app);
  const tenants = connected?.tenants ?? tenantsWithoutApp(options);
  const app = connected === null ? undefined : { secrets: connected.app.clientSecret };
  const shared = { tenants, app, topics: options.topics, hooks: options.hooks, logger, now };
  const deliveryLog = createDeliveryLog({
    cursors: database.cursors,
    logger: safeLogger(logger),
    now: now ?? Date.now,
  });
  const { receiver, settled } = trackDeliveries(
    createReceiver({
      ...options.receiver,
      ...shared,
      hooks: deliveryLog.hooks(options.hooks),
      inbox,
    }),
  );
  const worker = createWorker({
    ...options.worker,
    ...shared,
    inbox,
    store,
    source: connected?.source,
    topics: options.topics ?? "sync",
    on: options.on,
    changes: options.changes,
    feed: changes,
    statusOverrides: options.statusOverrides,
    snapshotExtra: options.snapshotExtra,
  });
  const erasure = createErasure({
    database,
    refreshTenants: () => connected?.refreshTenants(),
    now: now ?? Date.now,
  });
  let running: Promise<void> | null = null;

  async function start(): Promise<void> {
    await database.migrate?.();
    worker.start();
    connected?.reconciler?.start();
    connected?.push?.start();
  }

  return {
    receiver,
    worker,
    inbox,
    store,
    changes,
    api: connected?.api ?? null,
    reconciler: connected?.reconciler ?? null,
    connect: connected?.connect ?? null,
    push: connected?.push ?? null,
    start() {
      running ??= start().catch((error: unknown) => {
        running = null;
        throw error;
      });
      return running;
    },
    async stop({ graceMs = 10_000 } = {}) {
      running = null;
      await Promise.all([
        worker.stop({ graceMs }),
        connected?.reconciler?.stop({ graceMs }),
        connected?.push?.stop({ graceMs }),
      ]);
      await settled();
      await deliveryLog.flush();
      await database.close?.();
    },
    drain: (drainOptions) => drainAll(worker, connected?.push ?? null, drainOptions),
    ...erasure,
    connections: () => readConnections({ ...database, now: now ?? Date.now }),
    health: () =>
      checkHealth({ database, reconciles: Boolean(connected?.reconciler), now: now ?? Date.now }),
  };
}

/** Processes deliveries and pushes until neither has any due: each can cause the other. */
async function drainAll(
  worker: JobberWorker,
  push: Push | null,
  options: { readonly maxMs?: number | undefined } = {},
): Promise<number> {
  const end = performance.now() + (options.maxMs ?? Number.POSITIVE_INFINITY);
  for (let runs = 0; ; ) {
    const ran = (await worker.drain(options)) + ((await push?.drain()) ?? 0);
    runs += ran;
    if (ran === 0 || push === null || performance.now() >= end) return runs;
  }
}

/** @throws {TypeError} */
function checkDatabase(database: SyncDatabase): SyncDatabase {
  const missing = (["inbox", "store", "changes", "tokens", "lease", "cursors"] as const).find(
    (name) => typeof database?.[name] !== "object",
  );
  if (missing === undefined) return database;
  throw new TypeError(
    `database.${missing} is missing: pass what openSqlite() or createPostgres() returns.`,
  );
}

/** @throws {TypeError} for a tenant without a secret */
function tenantsWithoutApp({ tenants }: Pick<JobberSyncOptions, "tenants">): Tenants {
  if (tenants === undefined)
    throw new TypeError("createJobberSync needs an app, or tenants with secrets of their own.");
  if (!Array.isArray(tenants)) return tenants as Tenants;
  return tenants.map(({ slug, secrets, accountIds }): Tenant => {
    if (secrets !== undefined) return { slug, secrets, accountIds };
    throw new TypeError(`Tenant "${slug}" needs secrets, because there is no app.`);
  });
}
