import type { Instant } from "@jobber-sync/core";
import { type FetchedJob, JOB_FIELDS, type JobFields } from "@jobber-sync/core/ports";

/** Fields of a fetched job. Fields that are left out are `null`. */
export interface FetchedJobOptions extends Partial<JobFields> {
  /** @default null */
  readonly sourceUpdatedAt?: Instant | null | undefined;
}

/**
 * Creates a job as a `RecordSource` returns it, with every field: for tests that bring their own
 * source.
 *
 * @example
 * ```ts
 * import type { RecordSource } from "@jobber-sync/core/ports";
 * import { fetchedJob } from "@jobber-sync/testing";
 *
 * const source: RecordSource = {
 *   async fetch(_tenant, _type, id) {
 *     return { jobs: [fetchedJob(id, { title: "Lawn Service" })], contacts: [] };
 *   },
 * };
 * ```
 */
export function fetchedJob(
  jobberJobId: string,
  { sourceUpdatedAt = null, ...fields }: FetchedJobOptions = {},
): FetchedJob {
  const nothing = Object.fromEntries(
    JOB_FIELDS.filter((field) => field !== "extra").map((field) => [field, null]),
  ) as unknown as JobFields;
  return { jobberJobId, sourceUpdatedAt, fields: { ...nothing, ...fields } };
}
