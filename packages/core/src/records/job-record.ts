import type { Instant } from "../time/instant.ts";
import type { Extra } from "./extra.ts";
import type { JobStatus } from "./map-job-status.ts";

/**
 * A Jobber job. Fields that Jobber did not provide are `null`.
 *
 * @typeParam E type of {@link JobRecord.extra}, not checked against what is stored
 */
export interface JobRecord<E extends object = Extra> {
  /** Part of every key, so that rows of two tenants never mix. */
  readonly tenant: string;
  /** Jobber's id: opaque, with its padding. See docs/jobber-facts.md#encoded-ids. */
  readonly jobberJobId: string;
  readonly jobNumber: number | null;
  /** Jobber's `ONE_OFF` or `RECURRING`. */
  readonly jobType: string | null;
  readonly instructions: string | null;
  readonly title: string | null;
  /** The mapped status, or `null` if Jobber's status is unknown. See `mapJobStatus`. */
  readonly status: JobStatus | null;
  /** Jobber's status, unchanged. */
  readonly jobberStatus: string | null;
  readonly scheduledAt: Instant | null;
  readonly endsAt: Instant | null;
  readonly completedAt: Instant | null;
  readonly street: string | null;
  readonly city: string | null;
  readonly state: string | null;
  readonly postalCode: string | null;
  readonly country: string | null;
  /** Id of the job's client, which is stored as a Contact. */
  readonly jobberClientId: string | null;
  /** In currency units, not cents. See docs/jobber-facts.md#job-fields. */
  readonly total: number | null;
  readonly webUri: string | null;
  /** Id of the property the job takes place at. */
  readonly jobberPropertyId: string | null;
  readonly sourceCreatedAt: Instant | null;
  /** Data of your `extra.job` selection; `null` until it was read. See docs/records.md#extra. */
  readonly extra: E | null;
  /** When the source last changed the record; `null` if no write has said so. */
  readonly sourceUpdatedAt: Instant | null;
  /** When the record was deleted in Jobber; `null` while it exists. */
  readonly deletedAt: Instant | null;
}

/** The fields of a job in a write. `sourceUpdatedAt` and `deletedAt` are separate. */
export type JobFields<E extends object = Extra> = Omit<
  JobRecord<E>,
  "tenant" | "jobberJobId" | "sourceUpdatedAt" | "deletedAt"
>;

/** The names in {@link JobFields}, in column order. */
export const JOB_FIELDS = [
  "jobNumber",
  "jobType",
  "instructions",
  "title",
  "status",
  "jobberStatus",
  "scheduledAt",
  "endsAt",
  "completedAt",
  "street",
  "city",
  "state",
  "postalCode",
  "country",
  "jobberClientId",
  "total",
  "webUri",
  "jobberPropertyId",
  "sourceCreatedAt",
  "extra",
] as const satisfies readonly (keyof JobFields)[];
