import type { Instant } from "@jobber-sync/core";
import type { AccountConnection } from "@jobber-sync/core/ports";
import type { SyncDatabase } from "../options.ts";

/** A tenant's connection to Jobber and its last reconcile. Contains no token. */
export interface TenantConnection extends AccountConnection {
  /** Jobber's account, an opaque id. */
  readonly accountId: string;
  /** When the account was connected, by Jobber's clock. */
  readonly connectedAt: Instant;
  /** When the stored access token was obtained. Milliseconds since 1970. */
  readonly obtainedAt: number;
  /** When the stored access token expires; it is refreshed on demand. Milliseconds since 1970. */
  readonly expiresAt: number;
  /** When reconcile last completed; `null` when it never did. Milliseconds since 1970. */
  readonly reconciledAt: number | null;
  /** Since when reconcile finds more changes than webhooks bring. Milliseconds since 1970. */
  readonly silentSince: number | null;
}

/** Reads the connections of all tenants, in the order of their slugs. Needs no encryption key. */
export async function readConnections({
  tokens,
  cursors,
}: Pick<SyncDatabase, "tokens" | "cursors">): Promise<readonly TenantConnection[]> {
  const read = async (slug: string): Promise<readonly TenantConnection[]> => {
    const [connection, ran, silent] = await Promise.all([
      tokens.read(slug),
      cursors.get(slug, "ran"),
      cursors.get(slug, "silent"),
    ]);
    if (connection === null) return [];
    const { tenant, state, accountId, connectedAt, obtainedAt, expiresAt } = connection;
    const reconciledAt = ran === null ? null : Number(ran);
    const silentSince = silent ? Number(silent) : null;
    const times = { connectedAt, obtainedAt, expiresAt, reconciledAt, silentSince };
    return [{ tenant, state, accountId, ...times }];
  };
  return (await Promise.all((await tokens.tenants()).map(read))).flat();
}
