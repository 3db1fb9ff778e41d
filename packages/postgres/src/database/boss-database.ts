import type { BossDatabase } from "./boss.ts";
import type { SqlClient } from "./sql-pool.ts";

/** Runs pg-boss statements on one of our connections, inside the transaction that is open there. */
export function bossDatabase(client: SqlClient): BossDatabase {
  return {
    async executeSql(text, values) {
      const { rows } = await client.query(text, values);
      return { rows: [...rows] };
    },
  };
}
