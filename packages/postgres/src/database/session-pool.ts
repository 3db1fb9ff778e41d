import type { SessionPool, SqlPool } from "./sql-pool.ts";
import { BEGIN, transactStatement } from "./transaction.ts";

/**
 * Limits for transactions through a pooler, which rejects them as startup parameters. Milliseconds.
 */
const POOLER_LIMITS = `SET LOCAL statement_timeout = 10000;
SET LOCAL idle_in_transaction_session_timeout = 15000`;

/**
 * Wraps a pool so that no setting of the server or the role changes how statements run. A single
 * statement goes to the pool directly unless it needs a transaction of its own: through a pooler,
 * to set its limits, and if the default isolation level is another, which would make concurrent
 * writes fail with serialization errors.
 *
 * @param options.pooler whether the connections lead through a pooler in transaction mode
 */
export function sessionPool(pool: SqlPool, { pooler }: { readonly pooler: boolean }): SessionPool {
  const begin = pooler ? `${BEGIN}; ${POOLER_LIMITS}` : BEGIN;
  let readCommitted: Promise<boolean> | undefined;

  return {
    begin,
    connect: () => pool.connect(),
    async query(text, values) {
      return !pooler && (await isReadCommitted())
        ? pool.query(text, values)
        : transactStatement({ begin, connect: () => pool.connect() }, text, values);
    },
  };

  function isReadCommitted(): Promise<boolean> {
    readCommitted ??= pool
      .query("SELECT current_setting('default_transaction_isolation') AS level")
      .then(({ rows }) => rows[0]?.level === "read committed")
      .catch((error: unknown) => {
        readCommitted = undefined;
        throw error;
      });
    return readCommitted;
  }
}
