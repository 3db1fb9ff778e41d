import type { JobberEvent, NotificationEvent, SnapshotEvent } from "../events/jobber-event.ts";
import type { FetchedRecords } from "../records/record-source.ts";
import { type StatusOverrides, snapshotRecords } from "../records/snapshot-records.ts";
import type { ContactWrite, JobWrite, SubmissionWrite, SyncChange } from "../store/sync-store.ts";
import { buildSubmission, type Submission } from "../submissions/build-submission.ts";
import { type Instant, toInstant } from "../time/instant.ts";

/** What a change needs to know of the delivery behind it. */
export interface ChangeDelivery<E extends JobberEvent = JobberEvent> {
  readonly event: E;
  readonly deliveryKey: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
}

/** A change, and the submission of each delivery in it (in the deliveries' order; `null` where the event makes none). */
export interface BuiltChange {
  readonly change: SyncChange;
  readonly submissions: readonly (Submission | null)[];
}

/** What a snapshot writes: the record it carries, and for a job what it says of its client. Pure. */
export function snapshotChange(
  delivery: ChangeDelivery<SnapshotEvent>,
  tenant: string,
  sequence: number,
  statusOverrides: StatusOverrides | undefined,
): BuiltChange {
  const { event } = delivery;
  const { job, contact } = snapshotRecords(event, statusOverrides);
  const position = { tenant, sourceUpdatedAt: event.sourceUpdatedAt, sequence };
  const submission = buildSubmission(event, null, { statusOverrides });
  return {
    change: {
      contacts: contact === null ? [] : [contactWrite(contact, position)],
      jobs:
        job === null
          ? []
          : [{ ...position, jobberJobId: job.jobberJobId, mode: "replace", fields: job.fields }],
      submissions: submissionWrites([delivery], [submission], tenant),
    },
    submissions: [submission],
  };
}

/** What notifications of one object write once the object was fetched. Pure. */
export function fetchedChange(
  deliveries: readonly ChangeDelivery<NotificationEvent>[],
  tenant: string,
  sequence: number,
  fetched: FetchedRecords,
): BuiltChange {
  const contacts = fetched.contacts.map(
    ({ jobberClientId, sourceUpdatedAt, fields }): ContactWrite => ({
      tenant,
      jobberClientId,
      mode: "replace",
      fields,
      sourceUpdatedAt,
      sequence,
    }),
  );
  const jobs = fetched.jobs.map(
    ({ jobberJobId, sourceUpdatedAt, fields }): JobWrite => ({
      tenant,
      jobberJobId,
      mode: "replace",
      fields,
      sourceUpdatedAt,
      sequence,
    }),
  );
  const job = fetched.jobs[0]?.fields ?? null;
  const contact = fetched.contacts[0]?.fields ?? null;
  const submissions = deliveries.map(({ event }) => buildSubmission(event, { job, contact }));
  return {
    change: { contacts, jobs, submissions: submissionWrites(deliveries, submissions, tenant) },
    submissions,
  };
}

/** What notifications of an object write that is gone: a tombstone, and submissions that name it. Pure. */
export function goneChange(
  deliveries: readonly ChangeDelivery<NotificationEvent>[],
  tenant: string,
  sequence: number,
): BuiltChange {
  const [first] = deliveries;
  const contacts: ContactWrite[] = [];
  const jobs: JobWrite[] = [];
  if (first !== undefined) {
    const write = { tenant, mode: "delete", sequence, deletedAt: deletedAt(deliveries) } as const;
    if (first.event.objectType === "job") jobs.push({ ...write, jobberJobId: first.event.itemId });
    if (first.event.objectType === "client")
      contacts.push({ ...write, jobberClientId: first.event.itemId });
  }
  const submissions = deliveries.map(({ event }) => buildSubmission(event));
  return {
    change: { contacts, jobs, submissions: submissionWrites(deliveries, submissions, tenant) },
    submissions,
  };
}

function contactWrite(
  contact: NonNullable<ReturnType<typeof snapshotRecords>["contact"]>,
  position: {
    readonly tenant: string;
    readonly sourceUpdatedAt: Instant | null;
    readonly sequence: number;
  },
): ContactWrite {
  const { jobberClientId, fields, partial } = contact;
  return { ...position, jobberClientId, mode: partial ? "fill" : "replace", fields };
}

function submissionWrites(
  deliveries: readonly ChangeDelivery[],
  submissions: readonly (Submission | null)[],
  tenant: string,
): readonly SubmissionWrite[] {
  return deliveries.flatMap(({ deliveryKey, receivedAt }, index) => {
    const submission = submissions[index];
    return submission
      ? [{ tenant, deliveryKey, ...submission, createdAt: toInstant(receivedAt) }]
      : [];
  });
}

/** The time Jobber gives for the delete; for one that was only found missing, the time we were told to look. */
function deletedAt(deliveries: readonly ChangeDelivery<NotificationEvent>[]): Instant {
  const told = deliveries.find(({ event }) => event.topic.endsWith("_DESTROY")) ?? deliveries[0];
  return told?.event.occurredAt ?? toInstant(told?.receivedAt ?? 0);
}
