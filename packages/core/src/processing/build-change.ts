import type { JobberEvent, NotificationEvent, SnapshotEvent } from "../events/jobber-event.ts";
import type { RecordExtras } from "../records/extra.ts";
import type { FetchedRecords } from "../records/record-source.ts";
import { type SnapshotMapping, snapshotRecords } from "../records/snapshot-records.ts";
import type { ContactWrite, JobWrite, SubmissionWrite, SyncChange } from "../store/sync-store.ts";
import { buildSubmission, type Submission } from "../submissions/build-submission.ts";
import { type Instant, toInstant } from "../time/instant.ts";
import { goneEvent } from "./gone-event.ts";

/** The part of a delivery that a change is built from. */
export interface ChangeDelivery<E extends JobberEvent = JobberEvent> {
  readonly event: E;
  readonly deliveryKey: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
}

/** A change, and the submission of each delivery in it, in the order of the deliveries. */
export interface BuiltChange {
  readonly change: SyncChange;
  /** `null` where the event has no submission. */
  readonly submissions: readonly (Submission | null)[];
}

/**
 * Builds the writes of a snapshot: its record and, for a job, the client inside it; for a delete, a
 * tombstone. Pure.
 */
export function snapshotChange(
  delivery: ChangeDelivery<SnapshotEvent>,
  tenant: string,
  sequence: number,
  mapping: SnapshotMapping,
): BuiltChange {
  const { event } = delivery;
  if (event.event === "job.deleted" || event.event === "client.deleted")
    return deleteChange(delivery, tenant, sequence);
  const { job, contact } = snapshotRecords(event, mapping);
  const position = { tenant, sourceUpdatedAt: event.sourceUpdatedAt, sequence };
  const submission = buildSubmission(event, null, { statusOverrides: mapping.statusOverrides });
  return {
    change: {
      contacts: contact === null ? [] : [contactWrite(contact, position)],
      jobs:
        job === null
          ? []
          : [{ ...position, jobberJobId: job.jobberJobId, mode: "replace", fields: job.fields }],
      submissions: submissionWrites([delivery], [submission], tenant),
      ref: delivery.deliveryKey,
    },
    submissions: [submission],
  };
}

function deleteChange(
  delivery: ChangeDelivery<SnapshotEvent>,
  tenant: string,
  sequence: number,
): BuiltChange {
  const { event, receivedAt } = delivery;
  const deletedAt = event.sourceUpdatedAt ?? toInstant(receivedAt);
  const write = { tenant, mode: "delete", sequence, deletedAt } as const;
  const submission = buildSubmission(event);
  const submissions = submissionWrites([delivery], [submission], tenant);
  const { id } = event.data;
  const ref = delivery.deliveryKey;
  return {
    change:
      event.event === "job.deleted"
        ? { contacts: [], jobs: [{ ...write, jobberJobId: id }], submissions, ref }
        : { contacts: [{ ...write, jobberClientId: id }], jobs: [], submissions, ref },
    submissions: [submission],
  };
}

/** Builds the writes of notifications whose object was fetched. Pure. */
export function fetchedChange(
  deliveries: readonly ChangeDelivery<NotificationEvent>[],
  tenant: string,
  sequence: number,
  fetched: FetchedRecords<RecordExtras>,
): BuiltChange {
  const contacts = fetched.contacts.map(
    ({ jobberClientId, sourceUpdatedAt, fields }): ContactWrite => ({
      tenant,
      jobberClientId,
      mode: "replace",
      fields,
      sourceUpdatedAt,
      sequence,
      seen: true,
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
      seen: true,
    }),
  );
  const job = fetched.jobs[0]?.fields ?? null;
  const contact = fetched.contacts[0]?.fields ?? null;
  const submissions = deliveries.map(({ event }) => buildSubmission(event, { job, contact }));
  const writes = submissionWrites(deliveries, submissions, tenant);
  // Without a delivery, a refresh row has asked for the fetch.
  const cause = deliveries.length === 0 ? "recheck" : "webhook";
  // The deliveries share one fetch: the first stands for all of them.
  const ref = deliveries[0]?.deliveryKey ?? null;
  return { change: { contacts, jobs, submissions: writes, cause, ref }, submissions };
}

/** Builds the writes of notifications whose object is gone: a tombstone and submissions. Pure. */
export function goneChange(
  deliveries: readonly ChangeDelivery<NotificationEvent>[],
  tenant: string,
  sequence: number,
): BuiltChange {
  const [first] = deliveries;
  const contacts: ContactWrite[] = [];
  const jobs: JobWrite[] = [];
  if (first !== undefined) {
    const write = {
      tenant,
      mode: "delete",
      sequence,
      deletedAt: deletedAt(deliveries),
      // Without a destroy the record was only not found, which a broken replica causes, too.
      inferred: !deliveries.some(({ event }) => event.topic.endsWith("_DESTROY")),
    } as const;
    if (first.event.objectType === "job") jobs.push({ ...write, jobberJobId: first.event.itemId });
    if (first.event.objectType === "client")
      contacts.push({ ...write, jobberClientId: first.event.itemId });
  }
  const submissions = deliveries.map(({ event }) => buildSubmission(goneEvent(event)));
  const writes = submissionWrites(deliveries, submissions, tenant);
  // The deliveries share one fetch: the first stands for all of them.
  const ref = deliveries[0]?.deliveryKey ?? null;
  return { change: { contacts, jobs, submissions: writes, ref }, submissions };
}

/** Builds the tombstone of an object that was found missing without a delivery. Pure. */
export function tombstoneChange(
  { objectType, itemId }: { readonly objectType: string; readonly itemId: string },
  position: { readonly tenant: string; readonly sequence: number; readonly deletedAt: Instant },
): BuiltChange {
  const write = { ...position, mode: "delete", inferred: true } as const;
  return {
    change: {
      contacts: objectType === "client" ? [{ ...write, jobberClientId: itemId }] : [],
      jobs: objectType === "job" ? [{ ...write, jobberJobId: itemId }] : [],
      submissions: [],
      cause: "recheck",
    },
    submissions: [],
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

/** Jobber's time of the delete; for a record found missing, the time of the notification. */
function deletedAt(deliveries: readonly ChangeDelivery<NotificationEvent>[]): Instant {
  const source = deliveries.find(({ event }) => event.topic.endsWith("_DESTROY")) ?? deliveries[0];
  return source?.event.occurredAt ?? toInstant(source?.receivedAt ?? 0);
}
