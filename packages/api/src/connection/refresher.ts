import { randomUUID } from "node:crypto";
import { isJobberSyncError, JobberSyncError } from "@jobber-sync/core";
import type { Connection } from "@jobber-sync/core/ports";
import { GrantRejected, unusableTokens } from "../oauth/read-token-response.ts";
import type { TokenGrant } from "../oauth/token-grant.ts";
import { type ConnectionsOptions, needsReauth, requireConnected } from "./connection-state.ts";
import { createStoreGrant } from "./store-grant.ts";
import { untilAborted } from "./until-aborted.ts";
import { createWithLease } from "./with-lease.ts";

/** Refreshes tokens, one refresh at a time per tenant across all processes that share the lease. */
export interface Refresher {
  /**
   * Returns a connection newer than `seen`. Concurrent callers share one refresh. It continues when
   * a caller's signal aborts, because the response to a sent refresh must be stored.
   *
   * @throws {JobberSyncError} `ERR_API_NEEDS_REAUTH`, `ERR_API_DISCONNECTED`, `ERR_TOKEN_REFRESH`,
   * `ERR_LEASE_TIMEOUT`, `ERR_API_NETWORK`, `ERR_API_TIMEOUT`, or the token store's error
   */
  refresh(seen: Connection, signal: AbortSignal | undefined): Promise<Connection>;
}

// After a failed refresh, callers get its error for this long instead of calling the endpoint.
const FAILURE_PAUSE_MS = 5000;

interface Failure {
  readonly error: JobberSyncError;
  readonly until: number;
}

/** Creates the refresher of this process. */
export function createRefresher(options: ConnectionsOptions): Refresher {
  const { tokens, now, emit } = options;
  const withLease = createWithLease(options);
  const running = new Map<string, Promise<Connection>>();
  const failures = new Map<string, Failure>();
  // Pairs that could not be stored yet. The old refresh token is dead, so these are the only ones.
  const unstored = new Map<string, { readonly consumed: string; readonly grant: TokenGrant }>();
  const storeGrant = createStoreGrant(options);

  async function refreshOnce(seen: Connection): Promise<Connection> {
    const { tenant } = seen;
    const failure = failures.get(tenant);
    if (failure !== undefined && failure.until > now()) {
      throw new JobberSyncError(failure.error.code, failure.error.message, {
        retryable: failure.error.retryable,
        retryAfterMs: failure.until - now(),
      });
    }
    try {
      const connection = await withLease(
        `jobber-tokens:${tenant}`,
        async () => {
          const current = await tokens.read(tenant);
          return current?.revision === seen.revision
            ? refreshAlone(current)
            : requireConnected(current, tenant);
        },
        async () => {
          const current = await tokens.read(tenant);
          return current?.revision === seen.revision ? null : requireConnected(current, tenant);
        },
      );
      failures.delete(tenant);
      return connection;
    } catch (error) {
      if (isJobberSyncError(error) && error.retryable && error.code !== "ERR_API_NEEDS_REAUTH") {
        const pauseMs = Math.max(FAILURE_PAUSE_MS, error.retryAfterMs ?? 0);
        failures.set(tenant, { error, until: now() + pauseMs });
      }
      throw error;
    }
  }

  /** Refreshes the tokens. The caller holds the lease. */
  async function refreshAlone(current: Connection): Promise<Connection> {
    const kept = unstored.get(current.tenant);
    let grant: TokenGrant;
    if (kept?.consumed === current.refreshToken) grant = kept.grant;
    else {
      try {
        grant = await options.refresh(current.refreshToken);
      } catch (error) {
        if (error instanceof GrantRejected) return rejected(current);
        throw error;
      }
      unstored.set(current.tenant, { consumed: current.refreshToken, grant });
    }
    const stored = await storeGrant(current, grant);
    unstored.delete(current.tenant);
    const connection = requireConnected(stored, current.tenant);
    if (connection.accessToken === "") throw unusableTokens();
    return connection;
  }

  /** Marks the tenant after Jobber rejected its refresh token, unless the row has changed since. */
  async function rejected(current: Connection): Promise<Connection> {
    const { tenant, revision } = current;
    const marked: Connection = { ...current, state: "needs_reauth", revision: randomUUID() };
    if (await tokens.write(marked, revision)) {
      emit("needsReauth", { tenant, reason: "refresh_rejected" });
      throw needsReauth();
    }
    return requireConnected(await tokens.read(tenant), tenant);
  }

  return {
    refresh(seen, signal) {
      const key = seen.tenant;
      const shared =
        running.get(key) ??
        refreshOnce(seen).finally(() => {
          running.delete(key);
        });
      running.set(key, shared);
      return untilAborted(shared, signal);
    },
  };
}
