import { deliveryKey, type NotificationEvent, parseEvent, toInstant } from "@jobber-sync/core";
import type {
  ContactFields,
  IncomingDelivery,
  JobFields,
  SyncChange,
} from "@jobber-sync/core/ports";

const BODY = new TextEncoder().encode(
  JSON.stringify({
    data: {
      webHookEvent: {
        topic: "JOB_UPDATE",
        appId: "3ef22a50-072d-430c-a78f-b7646657560b",
        accountId: "Z2lkOi8vSm9iYmVyL0FjY291bnQvMjQ4NjkzNA==",
        itemId: "Z2lkOi8vSm9iYmVyL0pvYi8xNDY2NTAxNDI=",
        occurredAt: "2026-07-02T09:08:19Z",
      },
    },
  }),
);

const NOTIFICATION = parseEvent(BODY) as NotificationEvent;
const START = Date.parse("2026-01-01T00:00:00Z");
const ITEM_IDS = Array.from({ length: 500 }, (_, index) =>
  Buffer.from(`gid://Jobber/Job/${146_650_000 + index}`).toString("base64"),
);

/**
 * Returns a delivery of one of 500 objects, one second later than the one before, so that every key
 * is unique.
 */
export function sampleDelivery(index: number): IncomingDelivery {
  const itemId = ITEM_IDS[index % ITEM_IDS.length] ?? "";
  return {
    tenant: "acme",
    objectType: "job",
    objectId: itemId,
    deliveryKey: deliveryKey({
      ...NOTIFICATION,
      itemId,
      occurredAt: toInstant(START + index * 1000),
    }),
    topic: NOTIFICATION.topic,
    body: BODY,
    receivedAt: Date.now(),
    state: "waiting",
    reason: null,
  };
}

const SOURCE_UPDATED_AT = "2026-01-25T10:00:00Z";

const CONTACT: ContactFields = {
  name: "John Doe",
  firstName: "John",
  lastName: "Doe",
  companyName: null,
  email: "john@example.com",
  phone: "555-1234",
  isCompany: false,
  isLead: false,
  isArchived: false,
  street: "123 Main St",
  city: "Austin",
  state: "TX",
  postalCode: "78701",
  country: "US",
  webUri: "https://secure.example.com/clients/1",
  sourceCreatedAt: "2026-01-01T00:00:00Z",
  extra: null,
};

const JOB: JobFields = {
  jobNumber: 12,
  jobType: "ONE_OFF",
  instructions: null,
  title: "Lawn Service",
  status: "scheduled",
  jobberStatus: "upcoming",
  scheduledAt: "2026-01-25T10:00:00Z",
  endsAt: null,
  completedAt: null,
  street: "123 Main St",
  city: "Austin",
  state: "TX",
  postalCode: "78701",
  country: "US",
  jobberClientId: "1",
  total: 12.5,
  webUri: "https://secure.example.com/jobs/1",
  jobberPropertyId: "1",
  sourceCreatedAt: "2026-01-01T00:00:00Z",
  extra: null,
};

/** Returns a change with a contact, a job and a submission that no other index has. */
export function sampleChange(index: number): SyncChange {
  const id = String(index);
  const write = {
    tenant: "acme",
    mode: "replace",
    sourceUpdatedAt: SOURCE_UPDATED_AT,
    sequence: index + 1,
  } as const;
  const submission = {
    tenant: "acme",
    deliveryKey: `key-${id}`,
    channel: "jobber",
    createdAt: SOURCE_UPDATED_AT,
    payload: {
      event: "job.created",
      jobber_job_id: id,
      title: "Lawn Service",
      status: "scheduled",
      scheduled_at: "2026-01-25T10:00:00Z",
      client_name: "John Doe",
      client_email: "john@example.com",
      client_phone: "555-1234",
      address: "123 Main St, Austin, TX, 78701",
    },
  } as const;
  return {
    contacts: [{ ...write, jobberClientId: id, fields: CONTACT }],
    jobs: [{ ...write, jobberJobId: id, fields: { ...JOB, jobberClientId: id } }],
    submissions: [submission],
  };
}
