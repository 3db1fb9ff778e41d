import {
  type ContactRecord,
  formatAddress,
  type Instant,
  type JobRecord,
  type SubmissionRecord,
} from "@jobber-sync/core";
import { formatTable } from "../format-table.ts";

/** The contacts as a table for people. */
export function contactsTable(contacts: readonly ContactRecord[]): string {
  return formatTable(
    {
      id: (contact) => contact.jobberClientId,
      name: (contact) => contact.name,
      email: (contact) => contact.email,
      phone: (contact) => contact.phone,
      address: formatAddress,
      updated: (contact) => minute(contact.sourceUpdatedAt),
    },
    contacts,
  );
}

/** The jobs as a table for people. */
export function jobsTable(jobs: readonly JobRecord[]): string {
  return formatTable(
    {
      id: (job) => job.jobberJobId,
      title: (job) => job.title,
      status: (job) => job.status,
      "in Jobber": (job) => job.jobberStatus,
      scheduled: (job) => minute(job.scheduledAt),
      contact: (job) => job.jobberClientId,
      total: (job) => job.total,
      address: formatAddress,
    },
    jobs,
  );
}

/** The submissions as a table for people. */
export function submissionsTable(submissions: readonly SubmissionRecord[]): string {
  return formatTable(
    {
      event: ({ payload }) => payload.event,
      id: ({ payload }) => ("jobber_job_id" in payload ? payload.jobber_job_id : payload.jobber_client_id),
      title: ({ payload }) => ("title" in payload ? payload.title : null),
      status: ({ payload }) => ("status" in payload ? payload.status : null),
      client: ({ payload }) => payload.client_name,
      email: ({ payload }) => payload.client_email,
      phone: ({ payload }) => payload.client_phone,
      address: ({ payload }) => payload.address,
    },
    submissions,
  );
}

/** A time to the minute, in UTC as it is stored. */
function minute(instant: Instant | null): string | null {
  return instant === null ? null : instant.slice(0, 16).replace("T", " ");
}
