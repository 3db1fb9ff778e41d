/**
 * Rows as the driver returns them. Every statement of this package selects text, so custom type
 * parsers have no effect.
 */
export interface SqlResult {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** One connection, checked out for a transaction. `pg`'s `PoolClient` satisfies it. */
export interface SqlClient {
  /**
   * Whether a statement may be sent before the previous one has returned, as with `pg`'s option
   * `pipeline`. Statements still execute in order; several of a transaction share a round trip.
   *
   * @default false
   */
  readonly pipeline?: boolean;
  query(text: string, values?: unknown[]): Promise<SqlResult>;
  /** Returns the connection to the pool; with an error, closes it. */
  release(error?: Error | boolean): void;
  /** Registers a listener for a connection that breaks while no statement is running. */
  on?(event: "error", listener: (error: Error) => void): unknown;
  removeListener?(event: "error", listener: (error: Error) => void): unknown;
}

/**
 * Your connections. `pg`'s `Pool` satisfies it, as does anything else that runs a statement and
 * checks out a connection.
 *
 * Give it time limits, see {@link POOL_SETTINGS}: every operation waits as long as the pool does.
 */
export interface SqlPool {
  query(text: string, values?: unknown[]): Promise<SqlResult>;
  connect(): Promise<SqlClient>;
}

/** A pool whose transactions begin with settings of their own. */
export interface SessionPool extends SqlPool {
  /** The statement that begins a transaction. @default BEGIN of transaction.ts */
  readonly begin?: string;
}
