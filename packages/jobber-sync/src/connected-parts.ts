import { setTimeout as delayFor } from "node:timers/promises";
import {
  createJobberApi,
  createReconciler,
  type JobberApi,
  type Reconciler,
  type SilentEvent,
} from "@jobber-sync/api";
import {
  type ConnectHandlers,
  encryptTokens,
  type RecordExtras,
  type TenantResolver,
} from "@jobber-sync/core";
import { createDispatcher, type Inbox, safeLogger } from "@jobber-sync/core/ports";
import { createPush, type Push } from "@jobber-sync/push";
import { createConnect } from "./connect/create-connect.ts";
import { reportQuiet } from "./health/report-quiet.ts";
import {
  type AppOptions,
  type CheckedApp,
  checkApp,
  type JobberSyncOptions,
  keyObjects,
} from "./options.ts";
import { awaitCreates } from "./push/await-creates.ts";
import { createConnectedTenants, type SyncTenant } from "./tenants/connected-tenants.ts";

/** The parts that talk to Jobber. */
export interface ConnectedParts<X extends RecordExtras> {
  readonly app: CheckedApp;
  readonly tenants: TenantResolver;
  readonly api: JobberApi<X>;
  /** The API as the worker reads from it. */
  readonly source: JobberApi<X>;
  readonly reconciler: Reconciler | null;
  readonly connect: ConnectHandlers;
  /** `null` for a database without an outbox. */
  readonly push: Push | null;
  /** Forgets the cached accounts of the tenants. */
  readonly refreshTenants: () => void;
}

/** Creates API client, OAuth flow, reconcile and the tenants behind their connections. */
export function connectedParts<X extends RecordExtras>(
  options: Omit<JobberSyncOptions, "on" | "changes">,
  given: AppOptions,
): ConnectedParts<X> {
  const { database, hooks = {}, now = Date.now } = options;
  const logger = safeLogger(options.logger);
  const { inbox, store, lease, cursors } = database;
  const app = checkApp(given);
  const tokens = encryptTokens(database.tokens, app.encryptionKeys);
  const directory = createConnectedTenants({
    connections: database.tokens,
    clientSecret: app.clientSecret,
    listed: listedTenants(options.tenants),
    now,
  });
  const tenants = isResolver(options.tenants) ? options.tenants : directory;
  const api = createJobberApi<X>({
    ...options.api,
    ...app,
    tokens,
    lease,
    statusOverrides: options.statusOverrides,
    extra: options.extra,
    logger,
    now,
    hooks: {
      ...hooks,
      async connected(event) {
        directory.refresh();
        await hooks.connected?.(event);
        await wakeTenant(inbox, event.tenant);
        await database.outbox?.resume(event.tenant);
        await reconciler?.soon(event.tenant);
      },
      async disconnected(event) {
        directory.refresh();
        await hooks.disconnected?.(event);
      },
    },
  });
  const emit = createDispatcher<{ silent: SilentEvent }>({ hooks, logger });
  const beforeFetch = createFetchSlot(inbox, options.worker?.fetchesPerSecond ?? 8, now);
  const push =
    database.outbox === undefined
      ? null
      : createPush({
          ...options.push,
          outbox: database.outbox,
          store,
          request: api.request,
          beforeFetch,
          // What Jobber returned is stored at once; a later read confirms it.
          refresh: (object) => inbox.refresh(object, { dueAt: now() + CONFIRM_MS }),
          statusOverrides: options.statusOverrides,
          hooks,
          logger,
          now,
        });
  const reconciler =
    options.reconcile === false
      ? null
      : createReconciler({
          ...options.reconcile,
          api,
          store,
          cursors,
          lease,
          tenants: () => directory.slugs(),
          hooks: {
            ...hooks,
            async reconciled(event) {
              await hooks.reconciled?.(event);
              const { tenant } = event;
              await reportQuiet(tenant, { cursors, now, emit: (silent) => emit("silent", silent) });
            },
          },
          logger,
          beforeFetch,
          now,
        });
  const connect = createConnect({
    app,
    keys: keyObjects(app.encryptionKeys),
    api,
    lease,
    logger,
    allowedAccounts: (tenant) => directory.allowedAccounts(tenant),
    now,
  });
  const refreshTenants = () => directory.refresh();
  const { outbox } = database;
  const source = outbox === undefined ? api : awaitCreates(api, { outbox, store, now });
  return { app, tenants, api, source, reconciler, connect, push, refreshTenants };
}

/**
 * Processes what waited for the connection: paused deliveries, and those that no source could
 * resolve.
 */
async function wakeTenant(inbox: Inbox, tenant: string): Promise<void> {
  await inbox.resume(tenant);
  // Deliveries that came before the account was known are quarantined; the worker checks them
  // again.
  await inbox.replay({ tenant, states: ["unresolved", "quarantined"] });
}

const MAX_WAIT_MS = 5000;
/** Delay of the read that confirms a pushed change: replicas lag by seconds. Milliseconds. */
const CONFIRM_MS = 5000;

/** Creates the wait for a slot in the rate limit that reconcile shares with the workers. */
function createFetchSlot(inbox: Inbox, perSecond: number, now: () => number) {
  return async (tenant: string, signal: AbortSignal): Promise<void> => {
    for (;;) {
      const waitMs = await inbox.acquireSlot(tenant, {
        perSecond,
        maxWaitMs: MAX_WAIT_MS,
        now: now(),
      });
      await delayFor(Math.min(waitMs, MAX_WAIT_MS), undefined, { signal });
      // Beyond the longest wait no slot was acquired.
      if (waitMs <= MAX_WAIT_MS) return;
    }
  };
}

function isResolver(tenants: JobberSyncOptions["tenants"]): tenants is TenantResolver {
  return tenants !== undefined && !Array.isArray(tenants);
}

function listedTenants(tenants: JobberSyncOptions["tenants"]): readonly SyncTenant[] | null {
  return Array.isArray(tenants) ? tenants : null;
}
