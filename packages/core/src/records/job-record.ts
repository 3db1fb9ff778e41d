import type { Instant } from "../time/instant.ts";
import type { JobStatus } from "./map-job-status.ts";

/** What we keep of a Jobber job. Every field Jobber did not give is `null`. */
export interface JobRecord {
  /** The tenant. Part of every key: rows of two tenants never meet. */
  readonly tenant: string;
  /** Jobber's id, opaque: stored and compared as sent, never decoded or translated (F4). */
  readonly jobberJobId: string;
  readonly jobNumber: number | null;
  readonly title: string | null;
  /** Our status, or `null` when Jobber's does not map (see `mapJobStatus`). */
  readonly status: JobStatus | null;
  /** Jobber's status as sent. */
  readonly jobberStatus: string | null;
  readonly scheduledAt: Instant | null;
  readonly endsAt: Instant | null;
  readonly completedAt: Instant | null;
  readonly street: string | null;
  readonly city: string | null;
  readonly state: string | null;
  readonly postalCode: string | null;
  readonly country: string | null;
  /** The job's client, which is our Contact. */
  readonly jobberClientId: string | null;
  /** In currency units, not cents (F3.2). */
  readonly total: number | null;
  readonly webUri: string | null;
  readonly sourceCreatedAt: Instant | null;
  /** When the source last changed the record; `null` when no write said so. */
  readonly sourceUpdatedAt: Instant | null;
  /** Set on a tombstone: when the record was deleted in Jobber. */
  readonly deletedAt: Instant | null;
}

/** The fields of a job that a write may carry. `sourceUpdatedAt` and `deletedAt` travel beside them. */
export type JobFields = Omit<JobRecord, "tenant" | "jobberJobId" | "sourceUpdatedAt" | "deletedAt">;

/** The names in {@link JobFields}, in the order of the table's columns. */
export const JOB_FIELDS = [
  "jobNumber",
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
  "sourceCreatedAt",
] as const satisfies readonly (keyof JobFields)[];
