import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";

/**
 * Locks the job rows of a tenant on Postgres, in a transaction of its own, as a data migration
 * would.
 *
 * @returns a function that releases the lock, at the latest `seconds` after it was taken
 */
export async function lockJobs(
  connectionString: string,
  tenant: string,
  seconds: number,
): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  await client.query("BEGIN");
  await client.query("SELECT 1 FROM jobber_sync.jobber_jobs WHERE tenant = $1 FOR UPDATE", [
    tenant,
  ]);
  const released = new AbortController();
  const ended = delay(seconds * 1000, undefined, { signal: released.signal })
    .catch(() => {})
    .then(() => client.query("ROLLBACK"))
    .then(() => client.end());
  return async () => {
    released.abort();
    await ended;
  };
}
