import type { JobberEvent } from "./jobber-event.ts";

/** Returns the topic of a notification, the event name of a snapshot. */
export function topicOf(event: JobberEvent): string {
  return event.kind === "notification" ? event.topic : event.event;
}
