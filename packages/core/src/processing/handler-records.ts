import type { JobberEvent } from "../events/jobber-event.ts";
import type { ObjectType } from "../events/topics.ts";
import type { ContactRecord } from "../records/contact-record.ts";
import type { JobRecord } from "../records/job-record.ts";
import type { SyncResult } from "../store/sync-store.ts";

/** The records that a handler receives. */
export interface HandlerRecords {
  readonly job: JobRecord | null;
  readonly contact: ContactRecord | null;
}

/**
 * Picks the records that an event is about from what the run has stored: its job, or the job of its
 * visit, with the job's client; or its client. A property may have several jobs, so it has none
 * here. Pure.
 */
export function handlerRecords(event: JobberEvent, result: SyncResult | null): HandlerRecords {
  if (result === null) return { job: null, contact: null };
  const { jobs, contacts } = result;
  const type = typeOf(event);
  if (type === "client" || type === "property")
    return { job: null, contact: contacts[0]?.after ?? null };
  const job = jobs[0]?.after ?? null;
  const client = contacts.find(({ jobberClientId }) => jobberClientId === job?.jobberClientId);
  return { job, contact: client?.after ?? null };
}

function typeOf(event: JobberEvent): ObjectType {
  if (event.kind === "notification") return event.objectType;
  return event.event.startsWith("client.") ? "client" : "job";
}
