/** Rows as the driver gives them. Every statement of this package returns text, so no type parser of yours matters. */
export interface SqlResult {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** One connection, held for a transaction. `pg`'s `PoolClient` is one. */
export interface SqlClient {
  /**
   * Whether statements may be sent before the one before them was answered, as with `pg`'s option `pipeline`. They are still carried out
   * in their order; of a transaction several then share a round trip.
   *
   * @default false
   */
  readonly pipeline?: boolean;
  query(text: string, values?: unknown[]): Promise<SqlResult>;
  /** Gives the connection back; with an error it is closed instead. */
  release(error?: Error | boolean): void;
  /** Where the driver reports a connection that broke while no statement was running. */
  on?(event: "error", listener: (error: Error) => void): unknown;
  removeListener?(event: "error", listener: (error: Error) => void): unknown;
}

/**
 * Your connections. `pg`'s `Pool` is one; anything else that can run a statement and check out a connection will do.
 *
 * Bound it: a pool that waits for ever for a connection, or for an response, makes everything that uses it wait for ever. See
 * {@link POOL_SETTINGS}.
 */
export interface SqlPool {
  query(text: string, values?: unknown[]): Promise<SqlResult>;
  connect(): Promise<SqlClient>;
}
