import type { NotificationEvent } from "../events/jobber-event.ts";

/**
 * Returns the delete that an event of a record amounts to when the record is gone: an update of
 * nothing would reach handlers and submissions full of nulls. Other events are returned unchanged.
 */
export function goneEvent(event: NotificationEvent): NotificationEvent {
  if (event.objectType === "job") return { ...event, topic: "JOB_DESTROY", event: "job.deleted" };
  if (event.objectType === "client")
    return { ...event, topic: "CLIENT_DESTROY", event: "client.deleted" };
  return event;
}
