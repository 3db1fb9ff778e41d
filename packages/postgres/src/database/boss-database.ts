import type { BossDatabase } from "./boss.ts";
import type { SqlClient } from "./sql-pool.ts";

/** Lets pg-boss run its statements on a connection of ours, in the transaction that it is in. */
export function bossDatabase(client: SqlClient): BossDatabase {
  return {
    async executeSql(text, values) {
      const { rows } = await client.query(text, values);
      return { rows: [...rows] };
    },
  };
}
