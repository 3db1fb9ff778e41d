import { randomUUID } from "node:crypto";
import { isJobberSyncError, JobberSyncError } from "@jobber-sync/core";
import type { Connection } from "@jobber-sync/core/ports";
import type { TokenGrant } from "../oauth/token-grant.ts";
import { GrantRejected } from "../oauth/token-request.ts";
import { type ConnectionsOptions, needsReauth, requireConnected } from "./connection-state.ts";

/** Refreshes tokens, one refresh at a time per tenant, over all processes that share lease and store. */
export interface Refresher {
  /**
   * A connection newer than `seen`. Many callers share one refresh; it goes on when a caller's signal aborts, because the response to a
   * refresh that was sent must be stored.
   *
   * @throws {JobberSyncError} `ERR_API_NEEDS_REAUTH`, `ERR_API_DISCONNECTED`, `ERR_TOKEN_REFRESH`, `ERR_LEASE_TIMEOUT`,
   * `ERR_API_NETWORK`, `ERR_API_TIMEOUT`, or the token store's own error
   */
  refresh(seen: Connection, signal: AbortSignal | undefined): Promise<Connection>;
}

// A process that died holds the others up for so long. One that lives prolongs its lease: a second refresh with the same token would
// end the connection.
const LEASE_MS = 10_000;
const LEASE_BEAT_MS = 3000;
const LEASE_WAIT_MS = 20_000;
const POLL_MS = 50;
// After a refresh that failed, nobody asks again for so long: callers wait with the error in hand, not at the token endpoint.
const FAILURE_PAUSE_MS = 5000;
const STORE_TRIES = 5;
const STORE_PAUSE_MS = 200;

interface Failure {
  readonly error: JobberSyncError;
  readonly until: number;
}

/** Makes the refresher of this process. */
export function createRefresher(options: ConnectionsOptions): Refresher {
  const { tokens, lease, now, sleep, random, emit } = options;
  const holder = randomUUID();
  const running = new Map<string, Promise<Connection>>();
  const failures = new Map<string, Failure>();
  // Pairs that were obtained and could not be stored: the old refresh token is dead, so they are all there is.
  const unstored = new Map<string, { readonly consumed: string; readonly grant: TokenGrant }>();

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
      const connection = await refreshInTurn(seen);
      failures.delete(tenant);
      return connection;
    } catch (error) {
      if (isJobberSyncError(error) && error.retryable && error.code !== "ERR_API_NEEDS_REAUTH")
        failures.set(tenant, { error, until: now() + FAILURE_PAUSE_MS });
      throw error;
    }
  }

  async function refreshInTurn(seen: Connection): Promise<Connection> {
    const { tenant } = seen;
    const name = `jobber-tokens:${tenant}`;
    for (let waited = 0; ; ) {
      if (await lease.acquire(name, holder, LEASE_MS)) {
        const heartbeat = setInterval(() => {
          lease.acquire(name, holder, LEASE_MS).catch(() => {});
        }, LEASE_BEAT_MS);
        try {
          const current = await tokens.read(tenant);
          return current?.revision === seen.revision
            ? await refreshAlone(current)
            : requireConnected(current, tenant);
        } finally {
          clearInterval(heartbeat);
          // A lease that cannot be given back runs out.
          await lease.release(name, holder).catch(() => {});
        }
      }
      const pause = POLL_MS * (1 + random());
      await sleep(pause, undefined);
      waited += pause;
      const current = await tokens.read(tenant);
      if (current?.revision !== seen.revision) return requireConnected(current, tenant);
      if (waited >= LEASE_WAIT_MS) {
        throw new JobberSyncError(
          "ERR_LEASE_TIMEOUT",
          "Another process has been refreshing the tokens for too long.",
        );
      }
    }
  }

  /** With the lease in hand. */
  async function refreshAlone(current: Connection): Promise<Connection> {
    const kept = unstored.get(current.tenant);
    if (kept?.consumed === current.refreshToken) return storeGrant(current, kept.grant);
    let grant: TokenGrant;
    try {
      grant = await options.refresh(current.refreshToken);
    } catch (error) {
      if (error instanceof GrantRejected) return rejected(current);
      throw error;
    }
    unstored.set(current.tenant, { consumed: current.refreshToken, grant });
    return storeGrant(current, grant);
  }

  /** Jobber does not accept the refresh token. Unless the store has another by now, nothing here can mend that. */
  async function rejected(current: Connection): Promise<never | Connection> {
    const { tenant, revision } = current;
    const marked: Connection = { ...current, state: "needs_reauth", revision: randomUUID() };
    if (await tokens.write(marked, revision)) {
      emit("needsReauth", { tenant, reason: "refresh_rejected" });
      throw needsReauth();
    }
    return requireConnected(await tokens.read(tenant), tenant);
  }

  /** Stored before anybody uses it: a pair that is only in memory dies with the process, and the old one is dead already. */
  async function storeGrant(from: Connection, grant: TokenGrant): Promise<Connection> {
    const { tenant } = from;
    let expected = from;
    let healed = false;
    for (let tries = 1; ; tries++) {
      try {
        const fresh: Connection = {
          ...from,
          state: "connected",
          accessToken: grant.accessToken,
          refreshToken: grant.refreshToken,
          obtainedAt: now(),
          expiresAt: now() + grant.lifetimeMs,
          revision: randomUUID(),
        };
        const written = await tokens.write(fresh, expected.revision);
        const stored = written ? fresh : await tokens.read(tenant);
        // Somebody whose lease had run out marked the tenant while this pair was on its way: the pair is the truth.
        const marked =
          stored?.state === "needs_reauth" && stored.refreshToken === from.refreshToken;
        if (!marked) {
          unstored.delete(tenant);
          if (written) emit("refreshed", { tenant });
          if (written && healed) emit("connected", { tenant });
          return requireConnected(stored, tenant);
        }
        expected = stored;
        healed = true;
      } catch (error) {
        if (tries >= STORE_TRIES || (isJobberSyncError(error) && !error.retryable))
          throw storeFailed(error);
        await sleep(STORE_PAUSE_MS * tries, undefined);
      }
    }
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

function storeFailed(error: unknown): JobberSyncError {
  return isJobberSyncError(error)
    ? error
    : new JobberSyncError(
        "ERR_STORE",
        "The refreshed tokens could not be stored; they are kept in memory.",
        {
          cause: error,
        },
      );
}

async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  signal.throwIfAborted();
  let onAbort = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
