import type { Logger } from "../observability/logger.ts";
import { createThrottle } from "../observability/throttle.ts";
import type { SyncReader } from "../store/sync-store.ts";

/** Limits how many records of a tenant are taken for deleted because they were not found. */
export interface InferenceGuard {
  /**
   * Counts one more inferred delete, if it is within the limit. Logs a warning otherwise, once an
   * hour and tenant.
   */
  allows(tenant: string): Promise<boolean>;
}

/** Dependencies of {@link createInferenceGuard}. */
export interface InferenceGuardOptions {
  /** Without its reader the number of records is unknown, and only the absolute limit applies. */
  readonly store: Partial<Pick<SyncReader, "jobs" | "contacts">>;
  readonly logger: Logger;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const HOUR_MS = 60 * 60_000;
const MOST = 20;
/** Small accounts would otherwise infer nothing. */
const LEAST = 2;
const SHARE = 0.05;

/**
 * Creates the guard of one worker: at most 20 inferred deletes an hour and tenant, and at most 5 %
 * of its records, but always 2. A replica that is broken hides many records at once; what really
 * was deleted is found by the next sweep.
 */
export function createInferenceGuard({
  store,
  logger,
  now,
}: InferenceGuardOptions): InferenceGuard {
  /** The times of inferred deletes within the last hour, per tenant. */
  const inferred = new Map<string, readonly number[]>();
  const throttle = createThrottle({ everyMs: HOUR_MS, now });

  return {
    async allows(tenant) {
      const at = now();
      const limit = await limitOf(tenant);
      // Not only "more than an hour ago": a clock set back must not count old deletes for long.
      const recent = (inferred.get(tenant) ?? []).filter((time) => Math.abs(at - time) < HOUR_MS);
      if (recent.length < limit) {
        inferred.set(tenant, [...recent, at]);
        return true;
      }
      if (throttle(tenant) !== null) {
        logger.warn(
          { tenant, limit },
          "too many records were not found within an hour: no more are taken for deleted until the next sweep",
        );
      }
      return false;
    },
  };

  async function limitOf(tenant: string): Promise<number> {
    const { jobs, contacts } = store;
    if (jobs === undefined || contacts === undefined) return MOST;
    const options = { limit: MOST / SHARE };
    const [jobRows, contactRows] = await Promise.all([
      jobs.call(store, tenant, options),
      contacts.call(store, tenant, options),
    ]);
    const records = jobRows.length + contactRows.length;
    return Math.max(LEAST, Math.min(MOST, Math.floor(SHARE * records)));
  }
}
