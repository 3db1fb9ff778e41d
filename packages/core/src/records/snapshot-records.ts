import type {
  JobberEvent,
  SnapshotAddress,
  SnapshotClient,
  SnapshotEvent,
  SnapshotJob,
} from "../event/jobber-event.ts";
import { type JobStatus, mapJobStatus } from "../status/map-job-status.ts";
import type { ContactFields } from "./contact-record.ts";
import type { JobFields } from "./job-record.ts";

/** The records inside a snapshot. A field that the body left out is absent. */
export interface SnapshotRecords {
  readonly job: { readonly jobberJobId: string; readonly fields: Partial<JobFields> } | null;
  readonly contact: {
    readonly jobberClientId: string;
    readonly fields: Partial<ContactFields>;
    /** The client inside a job says what the job knows of it, not all there is. */
    readonly partial: boolean;
  } | null;
}

/** How a backend wants Jobber's statuses mapped; see `mapJobStatus`. */
export type StatusOverrides = Readonly<Record<string, JobStatus>>;

/** Reads the job and the contact out of a snapshot. Pure. */
export function snapshotRecords(event: SnapshotEvent, overrides?: StatusOverrides): SnapshotRecords {
  switch (event.event) {
    case "client.created":
    case "client.updated":
      return { job: null, contact: contactOf(event.data, false) };
    default:
      return {
        job: { jobberJobId: event.data.id, fields: jobFields(event.data, event.event, overrides) },
        contact: event.data.client ? contactOf(event.data.client, true) : null,
      };
  }
}

function contactOf(client: SnapshotClient, partial: boolean): NonNullable<SnapshotRecords["contact"]> {
  return {
    jobberClientId: client.id,
    partial,
    fields: given<ContactFields>({
      name: client.name,
      firstName: client.first_name,
      lastName: client.last_name,
      companyName: client.company_name,
      email: client.email,
      phone: client.phone,
      ...addressFields(client.address),
      webUri: client.web_uri,
    }),
  };
}

function jobFields(
  job: SnapshotJob,
  event: JobberEvent["event"],
  overrides: StatusOverrides | undefined,
): Partial<JobFields> {
  return given<JobFields>({
    jobNumber: job.job_number,
    title: job.title,
    ...statusFields(job, event, overrides),
    scheduledAt: job.scheduled_at,
    endsAt: job.ends_at,
    completedAt: job.completed_at,
    ...addressFields(job.address),
    jobberClientId: job.client === undefined ? undefined : (job.client?.id ?? null),
    total: job.total,
    webUri: job.web_uri,
  });
}

/** `job.completed` is a status of its own where none is given: nobody else will say that the job is done. */
function statusFields(
  job: SnapshotJob,
  event: JobberEvent["event"],
  overrides: StatusOverrides | undefined,
): Pick<Partial<JobFields>, "status" | "jobberStatus"> {
  if (job.status) return mapJobStatus(job.status, { completedAt: job.completed_at, overrides });
  if (event === "job.completed") return { status: "completed", jobberStatus: null };
  return job.status === undefined ? {} : { status: null, jobberStatus: null };
}

function addressFields(address: SnapshotAddress | null | undefined): Offered<Pick<JobFields, AddressField>> {
  if (address === undefined) return {};
  return address === null
    ? { street: null, city: null, state: null, postalCode: null, country: null }
    : {
        street: address.street,
        city: address.city,
        state: address.state,
        postalCode: address.postal_code,
        country: address.country,
      };
}

type AddressField = "street" | "city" | "state" | "postalCode" | "country";
type Offered<F> = { readonly [K in keyof F]?: F[K] | undefined };

function given<F>(fields: Offered<F>): Partial<F> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<F>;
}
