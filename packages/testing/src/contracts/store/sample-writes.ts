import type {
  ContactFields,
  ContactWrite,
  JobFields,
  JobWrite,
  SubmissionWrite,
  SyncChange,
} from "@jobber-sync/core/ports";

/** The default tenant of samples. */
export const TENANT = "acme";

interface Place {
  readonly tenant?: string;
  readonly id?: string;
  readonly at?: string | null;
  readonly sequence: number;
  readonly mode?: "replace" | "fill";
  readonly seen?: boolean;
  readonly revive?: boolean;
}

/** Creates a write of job `123`. `at` is its source time. */
export function jobWrite(fields: Partial<JobFields>, place: Place): JobWrite {
  const {
    tenant = TENANT,
    id = "123",
    at = null,
    sequence,
    mode = "replace",
    seen = false,
    revive = false,
  } = place;
  return { tenant, jobberJobId: id, mode, fields, sourceUpdatedAt: at, sequence, seen, revive };
}

/** Creates a write of contact `456`. `at` is its source time. */
export function contactWrite(fields: Partial<ContactFields>, place: Place): ContactWrite {
  const {
    tenant = TENANT,
    id = "456",
    at = null,
    sequence,
    mode = "replace",
    seen = false,
    revive = false,
  } = place;
  return { tenant, jobberClientId: id, mode, fields, sourceUpdatedAt: at, sequence, seen, revive };
}

/** Creates a tombstone for job `123`. */
export function jobDelete(
  sequence: number,
  deletedAt: string,
  { inferred = false }: { readonly inferred?: boolean } = {},
): JobWrite {
  return { tenant: TENANT, jobberJobId: "123", mode: "delete", sequence, deletedAt, inferred };
}

/** Creates a submission. The job's title distinguishes it from others with the same key. */
export function submissionWrite(
  deliveryKey: string,
  { tenant = TENANT, title = null }: { tenant?: string; title?: string | null } = {},
): SubmissionWrite {
  return {
    tenant,
    deliveryKey,
    channel: "jobber",
    payload: {
      event: "job.created",
      jobber_job_id: "123",
      title,
      status: "scheduled",
      scheduled_at: "2026-01-25T10:00:00Z",
      client_name: "Zoë Doe",
      client_email: null,
      client_phone: null,
      address: "123 Main St, Austin, TX",
    },
    createdAt: "2026-01-25T09:00:00.123Z",
  };
}

/** Creates a change with the given parts only. */
export function changeOf(parts: Partial<SyncChange>): SyncChange {
  return { contacts: [], jobs: [], submissions: [], ...parts };
}

/** Every field of a job, each with a different value. */
export const FULL_JOB: JobFields = {
  jobNumber: 42,
  title: "Lawn Service",
  status: "scheduled",
  jobberStatus: "upcoming",
  scheduledAt: "2026-01-25T10:00:00Z",
  endsAt: "2026-01-25T11:00:00.5Z",
  completedAt: "2026-01-25T12:00:00.000001Z",
  street: "123 Main St",
  city: "Austin",
  state: "TX",
  postalCode: "78701",
  country: "US",
  jobberClientId: "456",
  total: 1234.56,
  jobType: "RECURRING",
  instructions: "Gate code: 4711\nBeware of the dog",
  jobberPropertyId: "789",
  webUri: "https://example.com/jobs/123",
  sourceCreatedAt: "2026-01-01T00:00:00Z",
  extra: { lineItems: { nodes: [{ id: "2", name: "Mowing", quantity: 1.5 }] }, urgent: true },
};

/** Every field of a contact, each with a different value. */
export const FULL_CONTACT: ContactFields = {
  name: "Zoë O'Doe 🌱",
  firstName: "Zoë",
  lastName: "O'Doe",
  companyName: 'Doe "&" Sons',
  email: "zoe@example.com",
  phone: "555-1234",
  isCompany: true,
  isLead: false,
  isArchived: true,
  street: "1 Rue de l'Été",
  city: "Montréal",
  state: "QC",
  postalCode: "H2X 1Y4",
  country: "CA",
  webUri: "https://example.com/clients/456",
  sourceCreatedAt: "2025-12-31T23:59:59.999999Z",
  extra: { tags: ["vip", "Zoë's 🌱"], score: null },
};
