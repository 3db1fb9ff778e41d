import {
  type ContactRecord,
  formatAddress,
  type Instant,
  type JobRecord,
  type SubmissionRecord,
} from "@jobber-sync/core";
import { formatTable } from "../format-table.ts";

/** Formats contacts as a table. */
export function contactsTable(contacts: readonly ContactRecord[]): string {
  return formatTable(
    {
      id: (contact) => shortId(contact.jobberClientId),
      name: (contact) => contact.name,
      email: (contact) => contact.email,
      phone: (contact) => contact.phone,
      address: formatAddress,
      updated: (contact) => minute(contact.sourceUpdatedAt),
    },
    contacts,
  );
}

/** Formats jobs as a table. */
export function jobsTable(jobs: readonly JobRecord[]): string {
  return formatTable(
    {
      id: (job) => shortId(job.jobberJobId),
      title: (job) => job.title,
      status: (job) => job.status,
      "in Jobber": (job) => job.jobberStatus,
      scheduled: (job) => minute(job.scheduledAt),
      contact: (job) => shortId(job.jobberClientId),
      total: (job) => job.total,
      city: (job) => job.city,
    },
    jobs,
  );
}

/** Formats submissions as a table. Leaves out the title, which the table of jobs shows. */
export function submissionsTable(submissions: readonly SubmissionRecord[]): string {
  return formatTable(
    {
      event: ({ payload }) => payload.event,
      id: ({ payload }) =>
        shortId("jobber_job_id" in payload ? payload.jobber_job_id : payload.jobber_client_id),
      status: ({ payload }) => ("status" in payload ? payload.status : null),
      client: ({ payload }) => payload.client_name,
      email: ({ payload }) => payload.client_email,
      phone: ({ payload }) => payload.client_phone,
      address: ({ payload }) => payload.address,
    },
    submissions,
  );
}

/** Formats a time to the minute, in UTC. */
function minute(instant: Instant | null): string | null {
  return instant === null ? null : instant.slice(0, 16).replace("T", " ");
}

/** Shortens an id to its end. Jobber's ids are long and differ only there. */
function shortId(id: string | null): string | null {
  return id === null || id.length <= 8 ? id : `…${id.slice(-7)}`;
}
