import { setTimeout as delay } from "node:timers/promises";
import type { TestDatabase } from "./open-postgres.ts";

const CONNECTIONS = 8;

/** How many transactions of this database the server had to end because they waited for one another, up to now. */
export async function deadlocks({ pool }: Pick<TestDatabase, "pool">): Promise<number> {
  // A server process tells of what it has counted when it ends, or with a statement a second after it last did.
  await delay(1100);
  await Promise.all(Array.from({ length: CONNECTIONS }, () => pool.query("SELECT pg_sleep(0.05)")));
  const { rows } = await pool.query<{ deadlocks: number }>(
    "SELECT deadlocks::int AS deadlocks FROM pg_stat_database WHERE datname = current_database()",
  );
  return rows[0]?.deadlocks ?? Number.NaN;
}
