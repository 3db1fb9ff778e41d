import type { Inbox } from "../inbox/inbox.ts";
import type { Emit } from "../observability/lifecycle-events.ts";
import { fetchedType } from "../processing/notification-group.ts";
import type { Accept } from "./acceptance.ts";
import { factsOf, type VerifiedDelivery } from "./describe-delivery.ts";
import { accepted } from "./response.ts";

const ACCEPTED = {
  accepted: accepted("accepted"),
  coalesced: accepted("coalesced"),
  duplicate: accepted("duplicate"),
};
const QUARANTINED = accepted("quarantined");

/** Dependencies of {@link createAcceptIntoInbox}. */
export interface AcceptIntoInboxOptions {
  readonly inbox: Inbox;
  /** Delay of notifications whose object is fetched. Milliseconds. */
  readonly fetchDelayMs: number;
  readonly emit: Emit;
}

/** Creates the step that stores deliveries in an inbox, quarantined ones included. */
export function createAcceptIntoInbox({
  inbox,
  fetchDelayMs,
  emit,
}: AcceptIntoInboxOptions): Accept {
  return async ({ disposition, secret, body, receivedAt, deadline }) => {
    const { delivery } = disposition;
    const code = disposition.kind === "quarantine" ? disposition.error.code : null;
    const { tenant, objectType, objectId, topic, deliveryKey } = delivery;
    const { sequence, outcome } = await inbox.accept({
      tenant,
      objectType,
      objectId,
      topic,
      deliveryKey,
      body,
      receivedAt,
      delayMs: code === null && isFetched(delivery) ? fetchDelayMs : 0,
      state: code === null ? "waiting" : "quarantined",
      reason: code,
    });
    const facts = { ...factsOf(delivery, sequence), secret, durationMs: deadline.elapsedMs };
    if (code !== null) {
      emit("quarantined", { ...facts, code });
      return QUARANTINED;
    }
    emit(outcome, facts);
    return ACCEPTED[outcome];
  };
}

/** Whether the delivery is a notification of an object that the worker fetches. */
function isFetched({ event }: VerifiedDelivery): boolean {
  return event?.kind === "notification" && fetchedType(event) !== null;
}
