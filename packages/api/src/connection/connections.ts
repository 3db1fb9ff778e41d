import { randomUUID } from "node:crypto";
import { JobberSyncError, toInstant } from "@jobber-sync/core";
import type { Connection } from "@jobber-sync/core/ports";
import type { TokenGrant } from "../oauth/token-grant.ts";
import { type ConnectOptions, checkAccount } from "./check-account.ts";
import { type ConnectionsOptions, requireConnected } from "./connection-state.ts";
import { createRefresher } from "./refresher.ts";
import { createRefusals } from "./refusals.ts";
import { createWithLease } from "./with-lease.ts";

/** Provides working access tokens, and keeps the state of each tenant's connection. */
export interface Connections {
  /**
   * Returns the tenant's connection with an access token that should work, refreshed if it is about
   * to expire.
   *
   * @throws {JobberSyncError} `ERR_API_NEEDS_REAUTH`, `ERR_API_DISCONNECTED`, `ERR_TOKEN_DECRYPT`,
   * `ERR_API_UNAUTHORIZED` while a refused fresh token backs off, or an error of the refresh
   */
  usable(tenant: string, signal: AbortSignal | undefined): Promise<Connection>;
  /**
   * Returns another connection after Jobber refused `refused.accessToken`. `fresh`: its token comes
   * from a refresh just now, so a refusal of that one too is not the token's fault.
   *
   * @throws {JobberSyncError} as {@link usable}
   */
  replace(
    refused: Connection,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly connection: Connection; readonly fresh: boolean }>;
  /**
   * Records that Jobber refused a fresh token. Only the token endpoint's `invalid_grant` ends a
   * connection, so this is an outage: the tenant's calls fail until the back-off ends, and the next
   * call tries again.
   *
   * @returns the retryable error to throw
   */
  refusedFresh(connection: Connection): JobberSyncError;
  /** Records that Jobber accepted the tenant's token. */
  accepted(tenant: string): void;
  /** Reports that Jobber hid types or fields, once per set of names until the next connect. */
  missingPermission(tenant: string, hidden: readonly string[]): void;
  /** Returns the tenant's stored connection; `null` when there is none. */
  read(tenant: string): Promise<Connection | null>;
  /** Erases the tokens after the account disconnected the app. */
  disconnected(seen: Connection): Promise<void>;
  /**
   * Stores a new connection in place of the tenant's old one.
   *
   * @throws {JobberSyncError} `ERR_ACCOUNT_MISMATCH`, `ERR_ACCOUNT_IN_USE`, `ERR_LEASE_TIMEOUT`
   */
  connected(
    tenant: string,
    grant: TokenGrant & { readonly accountId: string },
    options: ConnectOptions,
  ): Promise<void>;
}

// Early enough that a query that waits for the rate limit still has a valid token when it is sent.
const REFRESH_AHEAD_MS = 300_000;
const REFRESH_AHEAD_SHARE = 0.1;

/** Creates the connections of this process. */
export function createConnections(options: ConnectionsOptions): Connections {
  const { tokens, now, emit } = options;
  const refresher = createRefresher(options);
  const refusals = createRefusals(now);
  const withLease = createWithLease(options);
  // Tenants whose row cannot be decrypted; each is reported once.
  const undecryptable = new Set<string>();
  const missingPermissions = new Map<string, string>();

  async function read(tenant: string): Promise<Connection | null> {
    try {
      const connection = await tokens.read(tenant);
      if (undecryptable.delete(tenant) && connection?.state === "connected") {
        emit("connected", { tenant });
      }
      return connection;
    } catch (error) {
      if (isUndecryptable(error) && !undecryptable.has(tenant)) {
        undecryptable.add(tenant);
        emit("needsReauth", { tenant, reason: "key_lost" });
      }
      throw error;
    }
  }

  async function usable(tenant: string, signal: AbortSignal | undefined): Promise<Connection> {
    const connection = requireConnected(await read(tenant), tenant);
    refusals.check(tenant);
    const ahead = Math.min(
      REFRESH_AHEAD_MS,
      (connection.expiresAt - connection.obtainedAt) * REFRESH_AHEAD_SHARE,
    );
    if (now() < connection.expiresAt - ahead) return connection;
    try {
      return await refresher.refresh(connection, signal);
    } catch (error) {
      // The old token is still valid: the token endpoint may recover before it expires.
      const waits = error instanceof JobberSyncError && error.retryable && !isFinal(error);
      if (waits && now() < connection.expiresAt && signal?.aborted !== true) return connection;
      throw error;
    }
  }

  return {
    usable,
    read,
    refusedFresh: refusals.refused,
    accepted: refusals.accepted,

    missingPermission(tenant, hidden) {
      const names = hidden.join();
      if (missingPermissions.get(tenant) === names) return;
      missingPermissions.set(tenant, names);
      emit("missingPermission", { tenant, hidden });
    },

    async replace(refused, signal) {
      const { tenant } = refused;
      const current = requireConnected(await read(tenant), tenant);
      // Another call or process has replaced the token already.
      if (current.accessToken !== refused.accessToken) {
        return { connection: current, fresh: false };
      }
      refusals.check(tenant);
      return { connection: await refresher.refresh(current, signal), fresh: true };
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

    async connected(tenant, grant, connectOptions) {
      const write = async (): Promise<void> => {
        for (;;) {
          const before = await tokens.read(tenant).catch(ignoreUndecryptable);
          await checkAccount(
            { tokens, tenant, before, accountId: grant.accountId },
            connectOptions,
          );
          const connection = connectionOf(tenant, grant, now());
          if (before === undefined) await tokens.remove(tenant);
          if (await tokens.write(connection, before?.revision ?? null)) return;
        }
      };
      // Two tenants that connect the same account at once must see each other.
      await withLease(`jobber-account:${grant.accountId.replace(/=+$/, "")}`, write);
      undecryptable.delete(tenant);
      missingPermissions.delete(tenant);
      refusals.accepted(tenant);
      emit("connected", { tenant });
    },
  };
}

function connectionOf(
  tenant: string,
  grant: TokenGrant & { readonly accountId: string },
  now: number,
): Connection {
  return {
    tenant,
    accountId: grant.accountId,
    state: "connected",
    accessToken: grant.accessToken,
    refreshToken: grant.refreshToken,
    obtainedAt: now,
    expiresAt: now + grant.lifetimeMs,
    connectedAt: toInstant(grant.serverTime - (grant.serverTime % 1000)),
    revision: randomUUID(),
  };
}

function isFinal({ code }: JobberSyncError): boolean {
  return code === "ERR_API_NEEDS_REAUTH" || code === "ERR_API_DISCONNECTED";
}

function isUndecryptable(error: unknown): boolean {
  return error instanceof JobberSyncError && error.code === "ERR_TOKEN_DECRYPT";
}

/** A row that no key decrypts must not keep its tenant from connecting again. */
function ignoreUndecryptable(error: unknown): undefined {
  if (isUndecryptable(error)) return undefined;
  throw error;
}
