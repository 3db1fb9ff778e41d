import { isJobberSyncError, JobberSyncError } from "@jobber-sync/core";
import type { Connection, Lease, TokenStore } from "@jobber-sync/core/ports";
import type { Emit } from "../hooks.ts";
import type { Sleep } from "../limits/tenant-limits.ts";
import type { TokenGrant } from "../oauth/token-grant.ts";

/** Options for the connections of all tenants. */
export interface ConnectionsOptions {
  readonly tokens: TokenStore;
  readonly lease: Lease;
  /** Exchanges a refresh token; see `requestRefresh`. */
  readonly refresh: (refreshToken: string) => Promise<TokenGrant>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly sleep: Sleep;
  readonly random: () => number;
  readonly emit: Emit;
}

/**
 * Returns the connection if its state is `connected`.
 *
 * @throws {JobberSyncError} `ERR_API_NEEDS_REAUTH`, `ERR_API_DISCONNECTED`
 */
export function requireConnected(connection: Connection | null, tenant: string): Connection {
  if (connection?.state === "connected") return connection;
  if (connection?.state === "disconnected") {
    throw new JobberSyncError(
      "ERR_API_DISCONNECTED",
      `The Jobber account of tenant "${tenant}" disconnected the app.`,
    );
  }
  throw needsReauth();
}

/** Creates the error for a tenant whose owner must complete the OAuth flow. */
export function needsReauth(): JobberSyncError {
  return new JobberSyncError(
    "ERR_API_NEEDS_REAUTH",
    "The tenant has no working connection to Jobber. Its owner must complete the OAuth flow.",
  );
}

/**
 * Wraps the token store and the lease so that they reject with coded errors only. A database's own
 * message may quote the row, and with it the tokens.
 */
export function codedStores({ tokens, lease }: Pick<ConnectionsOptions, "tokens" | "lease">) {
  const codedTokens: TokenStore = {
    read: (tenant) => coded(() => tokens.read(tenant)),
    write: (connection, expected) => coded(() => tokens.write(connection, expected)),
    remove: (tenant) => coded(() => tokens.remove(tenant)),
    tenants: () => coded(() => tokens.tenants()),
    byAccount: (accountId) => coded(() => tokens.byAccount(accountId)),
  };
  const codedLease: Lease = {
    acquire: (name, holder, ttlMs) => coded(() => lease.acquire(name, holder, ttlMs)),
    release: (name, holder) => coded(() => lease.release(name, holder)),
  };
  return { tokens: codedTokens, lease: codedLease };
}

async function coded<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (isJobberSyncError(error)) throw error;
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    const detail = /^[A-Z0-9_]{3,40}$/.test(code) ? ` (${code})` : "";
    throw new JobberSyncError("ERR_STORE", `The token store failed${detail}.`);
  }
}
