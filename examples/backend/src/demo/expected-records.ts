import { createHash } from "node:crypto";
import type { ContactRecord, JobRecord, SubmissionRecord } from "@jobber-sync/core";
import { SNAPSHOTS } from "./deliveries.ts";
import { CLOCK, type JobberRecords } from "./simulated-jobber.ts";
import { TENANT } from "./tenant.ts";

/** All of a tenant's records. `createdAt` is not known in advance. */
export interface ExpectedRecords {
  readonly contacts: readonly ContactRecord[];
  readonly jobs: readonly JobRecord[];
  readonly submissions: readonly Omit<SubmissionRecord, "createdAt">[];
}

const CONTACTS: readonly ContactRecord[] = [
  {
    tenant: TENANT.slug,
    jobberClientId: "456",
    name: "John Doe",
    firstName: null,
    lastName: null,
    companyName: null,
    email: "john.doe@example.com",
    // Cleared by client.updated. The late duplicate of job.created, which is older, does not
    // restore it.
    phone: null,
    isCompany: null,
    isLead: null,
    isArchived: null,
    street: null,
    city: null,
    state: null,
    postalCode: null,
    country: null,
    webUri: null,
    sourceCreatedAt: null,
    extra: null,
    sourceUpdatedAt: "2026-01-25T19:00:00Z",
    deletedAt: null,
  },
  {
    tenant: TENANT.slug,
    jobberClientId: "789",
    name: "Ada King",
    firstName: "Ada",
    lastName: "King",
    companyName: "Analytical Gardens",
    email: "ada@example.com",
    phone: "555-9876",
    isCompany: null,
    isLead: null,
    isArchived: null,
    street: "9 Oak Ave",
    city: "Austin",
    state: "TX",
    postalCode: "78701",
    country: "US",
    webUri: null,
    sourceCreatedAt: null,
    extra: null,
    sourceUpdatedAt: "2026-01-25T18:30:00Z",
    deletedAt: null,
  },
];

const JOBS: readonly JobRecord[] = [
  {
    tenant: TENANT.slug,
    jobberJobId: "123",
    jobNumber: null,
    jobType: null,
    instructions: null,
    title: "Lawn Service",
    status: "completed",
    jobberStatus: "requires_invoicing",
    scheduledAt: "2026-01-25T16:30:00Z",
    endsAt: null,
    completedAt: "2026-01-25T18:10:00Z",
    street: "123 Main St",
    city: "Austin",
    state: "TX",
    postalCode: null,
    country: null,
    jobberClientId: "456",
    total: 120.5,
    webUri: null,
    jobberPropertyId: null,
    sourceCreatedAt: null,
    extra: null,
    sourceUpdatedAt: "2026-01-25T18:10:02Z",
    deletedAt: null,
  },
];

/** The client that the notification leads to. It is read from the API, so every field is known. */
const FETCHED_CONTACT = {
  tenant: TENANT.slug,
  name: "Grace Hopper",
  firstName: "Grace",
  lastName: "Hopper",
  companyName: null,
  email: "grace@example.com",
  phone: "555-0110",
  isCompany: false,
  isLead: false,
  isArchived: false,
  street: "1 Harbor Rd",
  city: "Dallas",
  state: "TX",
  postalCode: "75201",
  country: "US",
  sourceCreatedAt: CLOCK,
  extra: null,
  sourceUpdatedAt: CLOCK,
  deletedAt: null,
};

const FETCHED_JOB = {
  tenant: TENANT.slug,
  jobType: "ONE_OFF",
  title: "Hedge Trimming",
  instructions: null,
  status: "scheduled",
  jobberStatus: "upcoming",
  scheduledAt: "2026-02-02T15:00:00Z",
  endsAt: "2026-02-02T17:00:00Z",
  completedAt: null,
  street: "77 Garden Way",
  city: "Austin",
  state: "TX",
  postalCode: "78702",
  country: "US",
  total: 240,
  sourceCreatedAt: CLOCK,
  extra: null,
  sourceUpdatedAt: CLOCK,
  deletedAt: null,
} as const;

const NO_CLIENT = { client_name: null, client_email: null, client_phone: null, address: null };
const SPARSE_JOB = { jobber_job_id: "123", title: null, scheduled_at: null, ...NO_CLIENT };

// A submission shows the data of its own delivery. The duplicate adds no submission.
const SUBMISSIONS: ExpectedRecords["submissions"] = [
  submission(SNAPSHOTS.jobCreated, {
    event: "job.created",
    jobber_job_id: "123",
    title: "Lawn Service",
    status: "scheduled",
    scheduled_at: "2026-01-25T10:00:00Z",
    client_name: "John Doe",
    client_email: "john@example.com",
    client_phone: "555-1234",
    address: "123 Main St, Austin, TX",
  }),
  submission(SNAPSHOTS.jobUpdated, {
    ...SPARSE_JOB,
    event: "job.updated",
    status: "in_progress",
    scheduled_at: "2026-01-25T16:30:00Z",
  }),
  submission(SNAPSHOTS.jobCompleted, {
    ...SPARSE_JOB,
    event: "job.completed",
    status: "completed",
  }),
  submission(SNAPSHOTS.clientCreated, {
    event: "client.created",
    jobber_client_id: "789",
    client_name: "Ada King",
    client_email: "ada@example.com",
    client_phone: "555-9876",
    address: "9 Oak Ave, Austin, TX, 78701",
  }),
  submission(SNAPSHOTS.clientUpdated, {
    ...NO_CLIENT,
    event: "client.updated",
    jobber_client_id: "456",
    client_email: "john.doe@example.com",
  }),
];

/**
 * Returns the tenant's expected records, field by field. Written by hand, because computed values
 * would prove nothing.
 */
export function expectedRecords({ accountId, client, job }: JobberRecords): ExpectedRecords {
  return {
    contacts: [
      ...CONTACTS,
      { ...FETCHED_CONTACT, jobberClientId: client.id, webUri: client.webUri },
    ],
    jobs: [
      ...JOBS,
      {
        ...FETCHED_JOB,
        jobberJobId: job.id,
        jobNumber: job.jobNumber,
        jobberPropertyId: job.propertyId,
        jobberClientId: client.id,
        webUri: job.webUri,
      },
    ],
    submissions: [
      ...SUBMISSIONS,
      {
        tenant: TENANT.slug,
        // The key of a notification is made from its envelope, because it has no other content.
        deliveryKey: `JOB_CREATE:${accountId}:${job.id}:${CLOCK}`,
        channel: "jobber",
        payload: {
          event: "job.created",
          jobber_job_id: job.id,
          title: "Hedge Trimming",
          status: "scheduled",
          scheduled_at: "2026-02-02T15:00:00Z",
          client_name: "Grace Hopper",
          client_email: "grace@example.com",
          client_phone: "555-0110",
          address: "77 Garden Way, Austin, TX, 78702",
        },
      },
    ],
  };
}

/** Returns the submission of a snapshot, whose delivery key is the SHA-256 of its body. */
function submission(
  snapshot: object,
  payload: SubmissionRecord["payload"],
): ExpectedRecords["submissions"][number] {
  const deliveryKey = createHash("sha256").update(JSON.stringify(snapshot)).digest("hex");
  return { tenant: TENANT.slug, deliveryKey, channel: "jobber", payload };
}
