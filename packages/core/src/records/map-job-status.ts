/** Our own job status. */
export type JobStatus =
  | "scheduled"
  | "in_progress"
  | "unscheduled"
  | "on_hold"
  | "completed"
  | "cancelled";

/** Every {@link JobStatus}. */
export const JOB_STATUSES = [
  "scheduled",
  "in_progress",
  "unscheduled",
  "on_hold",
  "completed",
  "cancelled",
] as const satisfies readonly JobStatus[];

/** What else is known about the job, and how a backend wants to differ. */
export interface MapJobStatusOptions {
  /**
   * When the job was completed. `null` says that it is known not to have been, which makes an `archived` job `cancelled`; leave it out
   * when it is not known.
   */
  readonly completedAt?: string | null | undefined;
  /** Jobber status → ours, case-insensitive, consulted first. */
  readonly overrides?: Readonly<Record<string, JobStatus>> | undefined;
}

/** The two spellings of one status. */
export interface MappedJobStatus {
  /** `null` when Jobber's status is none that we know; it is then written as `null`, with the raw value beside it. */
  readonly status: JobStatus | null;
  /** Jobber's status as sent. */
  readonly jobberStatus: string;
}

// `scheduled`, `in_progress` and `completed` come with snapshots; the rest is Jobber's JobStatusTypeEnum (F3.1). `archived` is below.
const JOB_STATUS_BY_JOBBER_STATUS: ReadonlyMap<string, JobStatus> = new Map([
  ["scheduled", "scheduled"],
  ["upcoming", "scheduled"],
  ["today", "scheduled"],
  ["late", "scheduled"],
  ["in_progress", "in_progress"],
  ["active", "in_progress"],
  ["expiring_within_30_days", "in_progress"],
  ["unscheduled", "unscheduled"],
  ["requires_invoicing", "completed"],
  ["completed", "completed"],
  ["action_required", "on_hold"],
  ["on_hold", "on_hold"],
]);

/**
 * Maps Jobber's job status to ours. Case-insensitive; never throws, never guesses: a status that Jobber adds tomorrow comes back as
 * `status: null` with the raw value.
 *
 * Jobber's status is a dashboard bucket, some of which depend on the clock (F3.1): a mirrored status is as old as its record.
 *
 * @example
 * ```ts
 * import { mapJobStatus } from "@jobber-sync/core";
 *
 * mapJobStatus("requires_invoicing"); // { status: "completed", jobberStatus: "requires_invoicing" }
 * mapJobStatus("archived", { completedAt: null }); // { status: "cancelled", jobberStatus: "archived" }
 * ```
 */
export function mapJobStatus(status: string, options: MapJobStatusOptions = {}): MappedJobStatus {
  const name = status.toLowerCase();
  return {
    status: override(name, options.overrides) ?? known(name, options.completedAt),
    jobberStatus: status,
  };
}

function known(name: string, completedAt: string | null | undefined): JobStatus | null {
  if (name === "archived") return completedAt === null ? "cancelled" : "completed";
  return JOB_STATUS_BY_JOBBER_STATUS.get(name) ?? null;
}

function override(
  name: string,
  overrides: Readonly<Record<string, JobStatus>> | undefined,
): JobStatus | undefined {
  if (overrides === undefined) return undefined;
  return Object.entries(overrides).find(([key]) => key.toLowerCase() === name)?.[1];
}
