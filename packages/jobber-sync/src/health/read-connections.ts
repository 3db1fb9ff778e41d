import type { Instant } from "@jobber-sync/core";
import type { AccountConnection } from "@jobber-sync/core/ports";
import type { SyncDatabase } from "../options.ts";
import { RHYTHM } from "./delivery-log.ts";
import { parseRhythm, type Quiet, quietSince } from "./webhook-rhythm.ts";

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
  /** When the last webhook of each topic arrived, to a minute. Milliseconds since 1970. */
  readonly lastWebhooks: Readonly<Record<string, number>>;
  /** The longest pause of the last two weeks, if the webhooks have paused for twice as long. */
  readonly quiet: Quiet | null;
}

/** Dependencies of {@link readConnections}. */
export interface ConnectionReading extends Pick<SyncDatabase, "tokens" | "cursors"> {
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Reads the connections of all tenants, in the order of their slugs. Needs no encryption key. */
export async function readConnections({
  tokens,
  cursors,
  now,
}: ConnectionReading): Promise<readonly TenantConnection[]> {
  const read = async (slug: string): Promise<readonly TenantConnection[]> => {
    const [connection, ran, silent, webhooks] = await Promise.all([
      tokens.read(slug),
      cursors.get(slug, "ran"),
      cursors.get(slug, "silent"),
      cursors.get(slug, RHYTHM),
    ]);
    if (connection === null) return [];
    const { tenant, state, accountId, connectedAt, obtainedAt, expiresAt } = connection;
    const reconciledAt = ran === null ? null : Number(ran);
    const silentSince = silent ? Number(silent) : null;
    const rhythm = parseRhythm(webhooks);
    const lastWebhooks = rhythm?.last ?? {};
    const quiet = quietSince(rhythm, now());
    const times = { connectedAt, obtainedAt, expiresAt, reconciledAt, silentSince };
    return [{ tenant, state, accountId, ...times, lastWebhooks, quiet }];
  };
  return (await Promise.all((await tokens.tenants()).map(read))).flat();
}
