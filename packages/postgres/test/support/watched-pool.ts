import type { SqlClient, SqlPool } from "@jobber-sync/postgres";
import type pg from "pg";

/**
 * Wraps a pool and calls `before` ahead of every statement; `via` is `"query"` outside a
 * transaction.
 */
export function watchedPool(
  pool: pg.Pool,
  before: (
    text: string,
    values: readonly unknown[],
    via: "query" | "client",
  ) => Promise<void> | void,
): SqlPool {
  return {
    async query(text, values = []) {
      await before(text, values, "query");
      return pool.query(text, values);
    },
    async connect(): Promise<SqlClient> {
      const client = await pool.connect();
      return {
        async query(text, values = []) {
          await before(text, values, "client");
          return client.query(text, values);
        },
        release: (error) => client.release(error),
      };
    },
  };
}
