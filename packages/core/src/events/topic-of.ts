import type { JobberEvent } from "./jobber-event.ts";

/** What a delivery is about, in a word: the topic of a notification, the event of a snapshot. */
export function topicOf(event: JobberEvent): string {
  return event.kind === "notification" ? event.topic : event.event;
}
