/**
 * A lock with an end, shared by every process that shares the store: so that one of them refreshes a tenant's tokens and the others wait.
 *
 * It goes by the store's clock (a database's own; one machine's), so that processes whose clocks differ agree on when a lease ends.
 */
export interface Lease {
  /**
   * Takes the lease `name` for `ttlMs` if nobody holds it, or prolongs it if `holder` does. One atomic step: of two callers one gets it. A
   * lease that has run out counts as free.
   *
   * @param holder names the caller, uniquely over all processes
   * @param ttlMs milliseconds
   * @returns whether `holder` has it now
   */
  acquire(name: string, holder: string, ttlMs: number): Promise<boolean>;

  /** Gives the lease back if `holder` still has it; somebody else's is left alone. */
  release(name: string, holder: string): Promise<void>;
}
