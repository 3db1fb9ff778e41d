/** A job status of this library. */
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

/** The facts about a job that its status depends on. */
export interface JobStatusFacts {
  /** Jobber's `jobType`, `ONE_OFF` or `RECURRING`. @default unknown */
  readonly jobType?: string | null | undefined;
  /** When the job was completed; `null` if it is known never to have been. @default unknown */
  readonly completedAt?: string | null | undefined;
}

/**
 * Your own mapping from Jobber's job status: a table, whose keys match in either case, or a
 * function of the status in lower case. Consulted first; `undefined` leaves the status to
 * `mapJobStatus`.
 */
export type StatusOverrides =
  | Readonly<Record<string, JobStatus>>
  | ((status: string, facts: JobStatusFacts) => JobStatus | undefined);

/** Options for {@link mapJobStatus}. */
export interface MapJobStatusOptions extends JobStatusFacts {
  readonly overrides?: StatusOverrides | undefined;
}

/** Both spellings of a job's status. */
export interface MappedJobStatus {
  /** `null` if Jobber's status is unknown. */
  readonly status: JobStatus | null;
  /** Jobber's status, unchanged. */
  readonly jobberStatus: string;
}

// Jobber's JobStatusTypeEnum, and the words that snapshots use. `archived` is in `mapKnown`.
const STATUSES: ReadonlyMap<string, JobStatus> = new Map([
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
  ["cancelled", "cancelled"],
  ["action_required", "on_hold"],
  ["on_hold", "on_hold"],
]);

/**
 * Maps Jobber's job status to a {@link JobStatus}. Case-insensitive. An unknown status, such as one
 * that Jobber adds later, becomes `status: null` beside the original value.
 *
 * Jobber's status is a bucket of its dashboard, and some buckets depend on the time of day: a
 * stored status is as old as its record. Jobber also shows `requires_invoicing` for recurring
 * contracts that are still running; override it if that matters to you. See
 * docs/jobber-facts.md#job-status.
 *
 * @throws {TypeError} if an override is not a {@link JobStatus}
 *
 * @example
 * ```ts
 * import { mapJobStatus } from "@jobber-sync/core";
 *
 * // { status: "completed", jobberStatus: "requires_invoicing" }
 * mapJobStatus("requires_invoicing");
 * mapJobStatus("archived", { jobType: "ONE_OFF", completedAt: null }).status; // "cancelled"
 * mapJobStatus("requires_invoicing", {
 *   jobType: "RECURRING",
 *   overrides: (status, { jobType }) =>
 *     status === "requires_invoicing" && jobType === "RECURRING" ? "in_progress" : undefined,
 * }).status; // "in_progress"
 * ```
 */
export function mapJobStatus(
  status: string,
  { jobType, completedAt, overrides }: MapJobStatusOptions = {},
): MappedJobStatus {
  const name = status.toLowerCase();
  const facts = { jobType, completedAt };
  return {
    status: findOverride(name, facts, overrides) ?? mapKnown(name, facts),
    jobberStatus: status,
  };
}

function mapKnown(name: string, { jobType, completedAt }: JobStatusFacts): JobStatus | null {
  if (name !== "archived") return STATUSES.get(name) ?? null;
  // A recurring contract that ended was not cancelled, and has no time of completion either.
  const recurring = jobType?.toLowerCase() === "recurring";
  return completedAt === null && !recurring ? "cancelled" : "completed";
}

function findOverride(
  name: string,
  facts: JobStatusFacts,
  overrides: StatusOverrides | undefined,
): JobStatus | undefined {
  if (overrides === undefined) return undefined;
  const found =
    typeof overrides === "function"
      ? overrides(name, facts)
      : Object.entries(overrides).find(([key]) => key.toLowerCase() === name)?.[1];
  if (found === undefined || JOB_STATUSES.includes(found)) return found;
  throw new TypeError(
    `The status override for "${name}" is ${JSON.stringify(found)}, which is not one of ${JOB_STATUSES.join(", ")}.`,
  );
}
