import type { Instant } from "../time/instant.ts";

/**
 * State of a tenant's connection to Jobber:
 * - `connected`: no failure is known
 * - `needs_reauth`: Jobber accepts neither token; the tenant must complete the OAuth flow again
 * - `disconnected`: the account removed the app; its tokens were erased
 */
export type ConnectionState = "connected" | "needs_reauth" | "disconnected";

/** A tenant's connection to Jobber, with the tokens it holds. */
export interface Connection {
  /** The tenant. */
  readonly tenant: string;
  /** Jobber's account, an opaque id. See docs/jobber-facts.md#encoded-ids. */
  readonly accountId: string;
  readonly state: ConnectionState;
  /** A customer's secret: store it through {@link encryptTokens}. Empty when disconnected. */
  readonly accessToken: string;
  /**
   * A customer's secret. Works once if the app rotates tokens; see
   * docs/jobber-facts.md#token-rotation. Empty when disconnected.
   */
  readonly refreshToken: string;
  /** When the pair was obtained, by the local clock. Milliseconds since 1970. */
  readonly obtainedAt: number;
  /** When the access token expires, by the local clock. Milliseconds since 1970. */
  readonly expiresAt: number;
  /**
   * When the account was connected, by Jobber's clock. Compared with the time of `APP_DISCONNECT`.
   */
  readonly connectedAt: Instant;
  /** Changes with every write, and identifies the write that a reader saw. */
  readonly revision: string;
}

/** A tenant that is, or was, connected to an account. */
export type AccountConnection = Pick<Connection, "tenant" | "state">;

/**
 * Storage of connections. A store interprets nothing: it keeps whole rows and compares `revision`.
 */
export interface TokenStore {
  /**
   * Returns the tenant's connection as the last successful {@link write} left it, never a cached
   * one; `null` if there is none.
   */
  read(tenant: string): Promise<Connection | null>;

  /**
   * Inserts or replaces the tenant's row if it is still the one that the caller read. Atomic, and
   * durable when the promise resolves.
   *
   * @param expected the `revision` that was read; `null` if there was no row
   * @returns `false` if the row was replaced, inserted or removed since: nothing was written
   */
  write(connection: Connection, expected: string | null): Promise<boolean>;

  /** Deletes the tenant's row. Does nothing if there is none. */
  remove(tenant: string): Promise<void>;

  /** Returns every tenant that has a row, in ascending order. */
  tenants(): Promise<readonly string[]>;

  /**
   * Returns the tenants whose row names the account, in ascending order, whatever the row's state.
   * Ids are compared without trailing `=`. Account ids are stored unencrypted, so no key is needed.
   */
  byAccount(accountId: string): Promise<readonly AccountConnection[]>;
}
