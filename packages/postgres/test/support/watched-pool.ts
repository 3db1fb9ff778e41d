import type { SqlClient, SqlPool } from "@jobber-sync/postgres";
import type pg from "pg";

/** The pool, with a look at every statement before it runs; `"query"` is one outside of a transaction. */
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
