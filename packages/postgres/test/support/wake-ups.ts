import type { TestDatabase } from "./open-postgres.ts";

/** Returns the queued wake-ups, and in how many milliseconds the first is due. */
export async function wakeUps(
  { pool, bossSchema }: Pick<TestDatabase, "pool" | "bossSchema">,
  queue: string,
): Promise<{
  readonly count: number;
  readonly firstMs: number | null;
  readonly objects: readonly string[];
}> {
  const { rows } = await pool.query(
    `SELECT count(*)::int AS count, min(extract(epoch FROM start_after - now()) * 1000)::float8 AS "firstMs",
       coalesce(json_agg(data->>'objectId' ORDER BY data->>'objectId'), '[]') AS objects
     FROM ${bossSchema}.job WHERE name = $1 AND state < 'active'`,
    [queue],
  );
  return rows[0];
}
