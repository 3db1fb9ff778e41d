import type { Instant } from "../time/instant.ts";

/**
 * Whether a tenant's connection to Jobber works.
 * - `connected`: as far as is known
 * - `needs_reauth`: Jobber accepts neither the access token nor the refresh token; somebody has to go through the OAuth flow again
 * - `disconnected`: the account has disconnected the app; its tokens were erased
 */
export type ConnectionState = "connected" | "needs_reauth" | "disconnected";

/** A tenant's connection to Jobber, with the tokens it holds. */
export interface Connection {
  /** The tenant. */
  readonly tenant: string;
  /** Jobber's account, opaque (F4). */
  readonly accountId: string;
  readonly state: ConnectionState;
  /** A customer's secret: store it through {@link encryptTokens}. Empty when disconnected. */
  readonly accessToken: string;
  /** A customer's secret. Where the app rotates tokens (F6) it works once. Empty when disconnected. */
  readonly refreshToken: string;
  /** When the pair was obtained, by this side's clock. Milliseconds since 1970. */
  readonly obtainedAt: number;
  /** When the access token ends, by this side's clock. Milliseconds since 1970. */
  readonly expiresAt: number;
  /** When the account was connected, by Jobber's clock: what `APP_DISCONNECT` is compared with. */
  readonly connectedAt: Instant;
  /** Fresh text with every write: says which write a reader saw. */
  readonly revision: string;
}

/** A tenant that is, or was, connected to an account. */
export type AccountConnection = Pick<Connection, "tenant" | "state">;

/**
 * Where connections live. A store is dumb: it keeps what it is given, whole, and compares one text.
 */
export interface TokenStore {
  /** The tenant's connection, as the last successful {@link write} left it; `null` when there is none. Never a cached one. */
  read(tenant: string): Promise<Connection | null>;

  /**
   * Inserts or replaces the tenant's row if it is still the one that the caller has seen: in one atomic step, durable when it resolves.
   *
   * @param expected the `revision` that was read; `null` when there was no row
   * @returns `false` when the row is another one (or there is one, or there is none): nothing was written
   */
  write(connection: Connection, expected: string | null): Promise<boolean>;

  /** Deletes the tenant's row. No row is no error. */
  remove(tenant: string): Promise<void>;

  /** Every tenant that has a row, in ascending order. */
  tenants(): Promise<readonly string[]>;

  /**
   * Returns the tenants whose row names the account, in ascending order, whatever the row's state. Ids
   * are compared without trailing `=`. Account ids are stored unencrypted, so no key is needed.
   */
  byAccount(accountId: string): Promise<readonly AccountConnection[]>;
}
