import type {
  ClientSnapshotEvent,
  JobSnapshotEvent,
  SnapshotAddress,
  SnapshotClient,
  SnapshotEvent,
  SnapshotJob,
} from "../events/jobber-event.ts";
import type { ContactFields } from "./contact-record.ts";
import type { Extra } from "./extra.ts";
import type { JobFields } from "./job-record.ts";
import { mapJobStatus, type StatusOverrides } from "./map-job-status.ts";
import { readSnapshotExtra, type SnapshotExtra } from "./snapshot-extra.ts";

/** The records inside a snapshot. Fields that the body omits are absent. */
export interface SnapshotRecords {
  readonly job: { readonly jobberJobId: string; readonly fields: Partial<JobFields> } | null;
  readonly contact: {
    readonly jobberClientId: string;
    readonly fields: Partial<ContactFields>;
    /** Whether this is the client inside a job, which lists only some of the client's fields. */
    readonly partial: boolean;
  } | null;
}

/** The user's part in mapping snapshots. */
export interface SnapshotMapping {
  readonly statusOverrides?: StatusOverrides | undefined;
  readonly snapshotExtra?: SnapshotExtra | undefined;
}

/** Returns the job and the contact of a snapshot. Pure. */
export function snapshotRecords(
  event: SnapshotEvent,
  { statusOverrides, snapshotExtra }: SnapshotMapping = {},
): SnapshotRecords {
  const extra = readSnapshotExtra(event, snapshotExtra);
  if (isClient(event)) return { job: null, contact: contactOf(event.data, extra.client, false) };
  const fields = jobFields(event, statusOverrides);
  return {
    job: {
      jobberJobId: event.data.id,
      fields: extra.job === undefined ? fields : { ...fields, extra: extra.job },
    },
    contact: event.data.client ? contactOf(event.data.client, extra.client, true) : null,
  };
}

function isClient(event: SnapshotEvent): event is ClientSnapshotEvent {
  return event.event.startsWith("client.");
}

function contactOf(
  client: SnapshotClient,
  extra: Extra | undefined,
  partial: boolean,
): NonNullable<SnapshotRecords["contact"]> {
  const fields: Draft<ContactFields> = {};
  if (client.name !== undefined) fields.name = client.name;
  if (client.first_name !== undefined) fields.firstName = client.first_name;
  if (client.last_name !== undefined) fields.lastName = client.last_name;
  if (client.company_name !== undefined) fields.companyName = client.company_name;
  if (client.email !== undefined) fields.email = client.email;
  if (client.phone !== undefined) fields.phone = client.phone;
  if (client.address !== undefined) setAddress(fields, client.address);
  if (client.web_uri !== undefined) fields.webUri = client.web_uri;
  if (extra !== undefined) fields.extra = extra;
  return { jobberClientId: client.id, partial, fields };
}

function jobFields(
  { event, data: job }: JobSnapshotEvent,
  overrides: StatusOverrides | undefined,
): Partial<JobFields> {
  const fields: Draft<JobFields> = {};
  if (job.job_number !== undefined) fields.jobNumber = job.job_number;
  if (job.job_type !== undefined) fields.jobType = job.job_type;
  if (job.title !== undefined) fields.title = job.title;
  setStatus(fields, job, event, overrides);
  if (job.scheduled_at !== undefined) fields.scheduledAt = job.scheduled_at;
  if (job.ends_at !== undefined) fields.endsAt = job.ends_at;
  if (job.completed_at !== undefined) fields.completedAt = job.completed_at;
  if (job.address !== undefined) setAddress(fields, job.address);
  if (job.client !== undefined) fields.jobberClientId = job.client?.id ?? null;
  if (job.total !== undefined) fields.total = job.total;
  if (job.web_uri !== undefined) fields.webUri = job.web_uri;
  return fields;
}

/** Without a status, `job.completed` means completed: no other event says that the job is done. */
function setStatus(
  fields: Draft<JobFields>,
  job: SnapshotJob,
  event: JobSnapshotEvent["event"],
  overrides: StatusOverrides | undefined,
): void {
  if (job.status) {
    const mapped = mapJobStatus(job.status, {
      jobType: job.job_type,
      completedAt: job.completed_at,
      overrides,
    });
    fields.status = mapped.status;
    fields.jobberStatus = mapped.jobberStatus;
  } else if (event === "job.completed" || job.status === null) {
    fields.status = event === "job.completed" ? "completed" : null;
    fields.jobberStatus = null;
  }
}

function setAddress(fields: Draft<Address>, address: SnapshotAddress | null): void {
  const given = address ?? NO_ADDRESS;
  if (given.street !== undefined) fields.street = given.street;
  if (given.city !== undefined) fields.city = given.city;
  if (given.state !== undefined) fields.state = given.state;
  if (given.postal_code !== undefined) fields.postalCode = given.postal_code;
  if (given.country !== undefined) fields.country = given.country;
}

const NO_ADDRESS: SnapshotAddress = {
  street: null,
  city: null,
  state: null,
  postal_code: null,
  country: null,
};

type Address = Pick<JobFields, "street" | "city" | "state" | "postalCode" | "country">;
type Draft<F> = { -readonly [K in keyof F]?: F[K] };
