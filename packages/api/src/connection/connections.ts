import { randomUUID } from "node:crypto";
import { JobberSyncError, toInstant } from "@jobber-sync/core";
import type { Connection } from "@jobber-sync/core/ports";
import type { TokenGrant } from "../oauth/token-grant.ts";
import { type ConnectionsOptions, needsReauth, requireConnected } from "./connection-state.ts";
import { createRefresher } from "./refresher.ts";

/** Gives out tokens that work, and keeps the state of each tenant's connection. */
export interface Connections {
  /**
   * The tenant's connection with a token that should work, refreshed if it is about to end.
   *
   * @throws {JobberSyncError} `ERR_API_NEEDS_REAUTH`, `ERR_API_DISCONNECTED`, or what a refresh may throw
   */
  usable(tenant: string, signal: AbortSignal | undefined): Promise<Connection>;
  /**
   * After Jobber rejected `rejected.accessToken`: another one. `fresh`: it comes from a refresh, so that a rejection of it too means that the
   * connection is broken.
   *
   * @throws as {@link usable}
   */
  replace(
    rejected: Connection,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly connection: Connection; readonly fresh: boolean }>;
  /** After Jobber rejected a token that was fresh. Always throws, usually `ERR_API_NEEDS_REAUTH`. */
  giveUp(rejected: Connection): Promise<never>;
  /** The tenant's connection as stored; `null` when there is none. */
  read(tenant: string): Promise<Connection | null>;
  /** The account disconnected the app: erases the tokens. */
  disconnected(seen: Connection): Promise<void>;
  /** A new connection in place of whatever there was. */
  connected(tenant: string, accountId: string, grant: TokenGrant): Promise<void>;
}

// Early enough that a query that waits for its place still has a token when it is sent.
const REFRESH_AHEAD_MS = 300_000;
const REFRESH_AHEAD_SHARE = 0.1;

/** Makes the connections of this process. */
export function createConnections(options: ConnectionsOptions): Connections {
  const { tokens, now, emit } = options;
  const refresher = createRefresher(options);

  async function usable(tenant: string, signal: AbortSignal | undefined): Promise<Connection> {
    const connection = requireConnected(await tokens.read(tenant), tenant);
    const ahead = Math.min(
      REFRESH_AHEAD_MS,
      (connection.expiresAt - connection.obtainedAt) * REFRESH_AHEAD_SHARE,
    );
    if (now() < connection.expiresAt - ahead) return connection;
    try {
      return await refresher.refresh(connection, signal);
    } catch (error) {
      // It still works for a while: a token endpoint that is down now may be back by then.
      const waits = error instanceof JobberSyncError && error.retryable && !isFinal(error);
      if (waits && now() < connection.expiresAt && signal?.aborted !== true) return connection;
      throw error;
    }
  }

  return {
    usable,
    read: (tenant) => tokens.read(tenant),

    async replace(rejected, signal) {
      const current = requireConnected(await tokens.read(rejected.tenant), rejected.tenant);
      // Another process has been there already.
      if (current.accessToken !== rejected.accessToken)
        return { connection: current, fresh: false };
      return { connection: await refresher.refresh(current, signal), fresh: true };
    },

    async giveUp(rejected) {
      const marked = await tokens.write(
        { ...rejected, state: "needs_reauth", revision: randomUUID() },
        rejected.revision,
      );
      if (marked) emit("needsReauth", { tenant: rejected.tenant, reason: "token_rejected" });
      throw marked
        ? needsReauth()
        : new JobberSyncError(
            "ERR_API_UNAUTHORIZED",
            "Jobber rejected a token that was replaced meanwhile.",
          );
    },

    async disconnected(seen) {
      const erased: Connection = {
        ...seen,
        state: "disconnected",
        accessToken: "",
        refreshToken: "",
        revision: randomUUID(),
      };
      if (await tokens.write(erased, seen.revision)) emit("disconnected", { tenant: seen.tenant });
    },

    async connected(tenant, accountId, grant) {
      for (;;) {
        const before = await tokens.read(tenant).catch(ignoreUndecipherable);
        const connection: Connection = {
          tenant,
          accountId,
          state: "connected",
          accessToken: grant.accessToken,
          refreshToken: grant.refreshToken,
          obtainedAt: now(),
          expiresAt: now() + grant.lifetimeMs,
          connectedAt: toInstant(grant.serverTime - (grant.serverTime % 1000)),
          revision: randomUUID(),
        };
        if (before === undefined) await tokens.remove(tenant);
        if (await tokens.write(connection, before?.revision ?? null)) break;
      }
      emit("connected", { tenant });
    },
  };
}

function isFinal({ code }: JobberSyncError): boolean {
  return code === "ERR_API_NEEDS_REAUTH" || code === "ERR_API_DISCONNECTED";
}

/** A row that no key opens (any more) must not keep the tenant from being connected anew. */
function ignoreUndecipherable(error: unknown): undefined {
  if (error instanceof JobberSyncError && error.code === "ERR_TOKEN_DECRYPT") return undefined;
  throw error;
}
