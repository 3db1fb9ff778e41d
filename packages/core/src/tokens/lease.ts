/**
 * A lock that expires, shared by all processes that share the store. It lets one of them refresh a
 * tenant's tokens while the others wait.
 *
 * Uses the store's clock (the database's, or the machine's), so that processes with different
 * clocks agree on when a lease expires.
 */
export interface Lease {
  /**
   * Acquires the lease `name` for `ttlMs` if it is free or expired, or extends it if `holder` holds
   * it. Atomic: one of two concurrent callers acquires it.
   *
   * @param holder identifies the caller, uniquely across processes
   * @param ttlMs milliseconds
   * @returns whether `holder` holds the lease now
   */
  acquire(name: string, holder: string, ttlMs: number): Promise<boolean>;

  /** Releases the lease if `holder` still holds it; another holder's lease stays. */
  release(name: string, holder: string): Promise<void>;
}
