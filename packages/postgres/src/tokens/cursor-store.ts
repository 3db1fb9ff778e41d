import type { CursorStore } from "@jobber-sync/core/ports";
import type { Schema } from "../database/quote-schema.ts";
import type { SqlPool } from "../database/sql-pool.ts";
import { runStatement } from "../database/transaction.ts";

/** Creates a cursor store on the table `jobber_cursors`. */
export function createCursorStore(pool: SqlPool, schema: Schema): CursorStore {
  const table = `${schema.quoted}.jobber_cursors`;
  return {
    async get(tenant, name) {
      const [value] = await runStatement<string>(
        pool,
        `SELECT to_json(value)::text AS json FROM ${table} WHERE tenant = $1 AND name = $2`,
        [tenant, name],
      );
      return value ?? null;
    },
    async set(tenant, name, value) {
      await runStatement(
        pool,
        `INSERT INTO ${table} (tenant, name, value) VALUES ($1, $2, $3)
         ON CONFLICT (tenant, name) DO UPDATE SET value = excluded.value`,
        [tenant, name, value],
      );
    },
    async clear(tenant) {
      await runStatement(pool, `DELETE FROM ${table} WHERE tenant = $1`, [tenant]);
    },
  };
}
