import { createHash } from "node:crypto";
import { SNAPSHOTS, TENANT } from "./deliveries.ts";

/** What the tenant's records must be after the demo, every field of them. Written by hand: computing it would prove nothing. */
export const EXPECTED_CONTACTS = [
  {
    clientSlug: TENANT.slug,
    jobberClientId: "456",
    name: "John Doe",
    firstName: null,
    lastName: null,
    companyName: null,
    email: "john.doe@example.com",
    // Cleared by client.updated; the older number in the late duplicate does not bring it back.
    phone: null,
    isLead: null,
    isArchived: null,
    street: null,
    city: null,
    state: null,
    postalCode: null,
    country: null,
    webUri: null,
    sourceCreatedAt: null,
    sourceUpdatedAt: "2026-01-25T19:00:00Z",
    deletedAt: null,
  },
  {
    clientSlug: TENANT.slug,
    jobberClientId: "789",
    name: "Ada King",
    firstName: "Ada",
    lastName: "King",
    companyName: "Analytical Gardens",
    email: "ada@example.com",
    phone: "555-9876",
    isLead: null,
    isArchived: null,
    street: "9 Oak Ave",
    city: "Austin",
    state: "TX",
    postalCode: "78701",
    country: "US",
    webUri: null,
    sourceCreatedAt: null,
    sourceUpdatedAt: "2026-01-25T18:30:00Z",
    deletedAt: null,
  },
];

export const EXPECTED_JOBS = [
  {
    clientSlug: TENANT.slug,
    jobberJobId: "123",
    jobNumber: null,
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
    sourceCreatedAt: null,
    sourceUpdatedAt: "2026-01-25T18:10:02Z",
    deletedAt: null,
  },
];

const job = (event: string, status: string, fields: object = {}) => ({
  event,
  jobber_job_id: "123",
  title: null,
  status,
  scheduled_at: null,
  client_name: null,
  client_email: null,
  client_phone: null,
  address: null,
  ...fields,
});

const client = (event: string, id: string, fields: object) => ({
  event,
  jobber_client_id: id,
  client_name: null,
  client_email: null,
  client_phone: null,
  address: null,
  ...fields,
});

/** A submission shows what its own delivery said. The duplicate adds none. When each was stored is for the demo to check. */
export const EXPECTED_SUBMISSIONS = [
  submission(
    SNAPSHOTS.jobCreated,
    job("job.created", "scheduled", {
      title: "Lawn Service",
      scheduled_at: "2026-01-25T10:00:00Z",
      client_name: "John Doe",
      client_email: "john@example.com",
      client_phone: "555-1234",
      address: "123 Main St, Austin, TX",
    }),
  ),
  submission(
    SNAPSHOTS.jobUpdated,
    job("job.updated", "in_progress", { scheduled_at: "2026-01-25T16:30:00Z" }),
  ),
  submission(SNAPSHOTS.jobCompleted, job("job.completed", "completed")),
  submission(
    SNAPSHOTS.clientCreated,
    client("client.created", "789", {
      client_name: "Ada King",
      client_email: "ada@example.com",
      client_phone: "555-9876",
      address: "9 Oak Ave, Austin, TX, 78701",
    }),
  ),
  submission(
    SNAPSHOTS.clientUpdated,
    client("client.updated", "456", { client_email: "john.doe@example.com" }),
  ),
];

/** A snapshot's delivery key is the SHA-256 of its body. */
function submission(snapshot: object, payload: object) {
  const deliveryKey = createHash("sha256").update(JSON.stringify(snapshot)).digest("hex");
  return { clientSlug: TENANT.slug, deliveryKey, channel: "jobber", payload };
}
