import { setTimeout as delay } from "node:timers/promises";
import type { TestDatabase } from "./open-postgres.ts";

const CONNECTIONS = 8;

/** Returns the number of deadlocks in this database so far. */
export async function deadlocks({ pool }: Pick<TestDatabase, "pool">): Promise<number> {
  // A backend reports its statistics with the first statement a second after its last report.
  await delay(1100);
  await Promise.all(Array.from({ length: CONNECTIONS }, () => pool.query("SELECT pg_sleep(0.05)")));
  const { rows } = await pool.query<{ deadlocks: number }>(
    "SELECT deadlocks::int AS deadlocks FROM pg_stat_database WHERE datname = current_database()",
  );
  return rows[0]?.deadlocks ?? Number.NaN;
}
