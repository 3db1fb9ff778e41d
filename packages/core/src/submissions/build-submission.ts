import type { JobberEvent } from "../events/jobber-event.ts";
import type { EventName } from "../events/topics.ts";
import type { ContactFields } from "../records/contact-record.ts";
import type { JobFields } from "../records/job-record.ts";
import type { StatusOverrides } from "../records/map-job-status.ts";
import { snapshotRecords } from "../records/snapshot-records.ts";
import type { Instant } from "../time/instant.ts";
import { formatAddress } from "./format-address.ts";

/** Names of the `job.*` events. */
export type JobEventName = Extract<EventName, `job.${string}`>;

/** Names of the `client.*` events. */
export type ClientEventName = Extract<EventName, `client.${string}`>;

/** The payload for `job.*` events. Missing values are `null`. */
export interface JobSubmissionPayload<E extends JobEventName = JobEventName> {
  readonly event: E;
  readonly jobber_job_id: string;
  readonly title: string | null;
  /** The mapped status; Jobber's own if it is unknown. */
  readonly status: string | null;
  readonly scheduled_at: Instant | null;
  readonly client_name: string | null;
  readonly client_email: string | null;
  readonly client_phone: string | null;
  /** Street, city, state and postal code on one line. */
  readonly address: string | null;
}

/** The payload for `client.*` events. */
export interface ClientSubmissionPayload<E extends ClientEventName = ClientEventName> {
  readonly event: E;
  readonly jobber_client_id: string;
  readonly client_name: string | null;
  readonly client_email: string | null;
  readonly client_phone: string | null;
  readonly address: string | null;
}

/** The flat part of a submission. */
export type SubmissionPayload = JobSubmissionPayload | ClientSubmissionPayload;

/** One delivery in the form that intake systems accept. */
export interface Submission<P extends SubmissionPayload = SubmissionPayload> {
  readonly channel: "jobber";
  readonly payload: P;
}

/** The fetched records of a notification. */
export interface SubmissionRecords {
  readonly job?: Partial<JobFields<object>> | null | undefined;
  readonly contact?: Partial<ContactFields<object>> | null | undefined;
}

/** Options for {@link buildSubmission}. */
export interface BuildSubmissionOptions {
  /**
   * Maps Jobber's job statuses to yours, see `mapJobStatus`. For snapshots: fetched records are
   * mapped.
   */
  readonly statusOverrides?: StatusOverrides | undefined;
}

/**
 * Builds the submission of an event: exactly the keys of its payload type, in snake_case. Pure.
 *
 * @param record the fetched records of a notification. A snapshot contains its own. Without
 * records, as after a delete, everything but event and id is `null`.
 * @returns `null` for events without a submission: `app.disconnected`, visits, properties and
 * topics without an event
 *
 * @example
 * ```ts
 * import { buildSubmission, parseEvent } from "@jobber-sync/core";
 *
 * const body = '{"event":"job.created","data":{"id":"123","title":"Lawn Service"}}';
 * buildSubmission(parseEvent(new TextEncoder().encode(body)));
 * // { channel: "jobber",
 * //   payload: { event: "job.created", jobber_job_id: "123", title: "Lawn Service", … } }
 * ```
 */
export function buildSubmission(
  event: JobberEvent,
  record?: SubmissionRecords | null,
  options: BuildSubmissionOptions = {},
): Submission | null {
  if (event.kind === "snapshot") {
    const { job, contact } = snapshotRecords(event, options);
    return payloadOf(event.event, event.data.id, job?.fields, contact?.fields);
  }
  return payloadOf(event.event, event.itemId, record?.job, record?.contact);
}

function payloadOf(
  event: EventName | null,
  id: string,
  job: Partial<JobFields<object>> | null | undefined,
  contact: Partial<ContactFields<object>> | null | undefined,
): Submission | null {
  switch (event) {
    case "job.created":
    case "job.updated":
    case "job.completed":
    case "job.deleted":
      return {
        channel: "jobber",
        payload: {
          event,
          jobber_job_id: id,
          title: job?.title ?? null,
          status: job?.status ?? job?.jobberStatus ?? null,
          scheduled_at: job?.scheduledAt ?? null,
          client_name: clientName(contact),
          client_email: contact?.email ?? null,
          client_phone: contact?.phone ?? null,
          address: formatAddress(job ?? {}),
        },
      };
    case "client.created":
    case "client.updated":
    case "client.deleted":
      return {
        channel: "jobber",
        payload: {
          event,
          jobber_client_id: id,
          client_name: clientName(contact),
          client_email: contact?.email ?? null,
          client_phone: contact?.phone ?? null,
          address: formatAddress(contact ?? {}),
        },
      };
    case "app.disconnected":
    case null:
      return null;
  }
}

/** Returns the name, else its parts joined, else the company. */
function clientName(contact: Partial<ContactFields<object>> | null | undefined): string | null {
  return (
    contact?.name ??
    ([contact?.firstName, contact?.lastName].filter(Boolean).join(" ") ||
      contact?.companyName ||
      null)
  );
}
