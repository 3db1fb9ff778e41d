import type { Lease } from "@jobber-sync/core/ports";
import type { Schema } from "../database/quote-schema.ts";
import type { SqlPool } from "../database/sql-pool.ts";
import { runStatement } from "../database/transaction.ts";

/**
 * Creates leases on the table `jobber_leases`, timed by the database's clock. Each call is one
 * statement.
 */
export function createLease(pool: SqlPool, schema: Schema): Lease {
  const table = `${schema.quoted}.jobber_leases`;
  const acquireStatement = `
INSERT INTO ${table} AS held (name, holder, until)
VALUES ($1, $2, clock_timestamp() + $3::float8 * interval '1 ms')
ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
WHERE held.holder = excluded.holder OR held.until <= clock_timestamp()
RETURNING 'true' AS json`;

  return {
    async acquire(name, holder, ttlMs) {
      return (await runStatement(pool, acquireStatement, [name, holder, ttlMs])).length === 1;
    },
    async release(name, holder) {
      await runStatement(pool, `DELETE FROM ${table} WHERE name = $1 AND holder = $2`, [
        name,
        holder,
      ]);
    },
  };
}
