import type { Instant } from "@jobber-sync/core";
import { type FetchedJob, JOB_FIELDS, type JobFields } from "@jobber-sync/core/ports";

/** What a test says of a job; the rest is `null`. */
export interface FetchedJobOptions extends Partial<JobFields> {
  /** @default null */
  readonly sourceUpdatedAt?: Instant | null;
}

/**
 * A job as a source has it: every field given, those that are not named as `null`. For sources of a test's own.
 *
 * @example
 * ```ts
 * import type { RecordSource } from "@jobber-sync/core/ports";
 * import { fetchedJob } from "@jobber-sync/testing";
 *
 * const source: RecordSource = {
 *   fetch: async (_tenant, _type, id) => ({ jobs: [fetchedJob(id, { title: "Lawn Service" })], contacts: [] }),
 * };
 * ```
 */
export function fetchedJob(
  jobberJobId: string,
  { sourceUpdatedAt = null, ...fields }: FetchedJobOptions = {},
): FetchedJob {
  const nothing = Object.fromEntries(
    JOB_FIELDS.map((field) => [field, null]),
  ) as unknown as JobFields;
  return { jobberJobId, sourceUpdatedAt, fields: { ...nothing, ...fields } };
}
