import type { Inbox } from "../inbox/inbox.ts";
import type { Emit } from "../observability/lifecycle-events.ts";
import type { Accept } from "./acceptance.ts";
import { factsOf } from "./describe-delivery.ts";
import { accepted } from "./response.ts";

const ACCEPTED = {
  accepted: accepted("accepted"),
  coalesced: accepted("coalesced"),
  duplicate: accepted("duplicate"),
};
const QUARANTINED = accepted("quarantined");

/** Creates the step that stores deliveries in an inbox, quarantined ones included. */
export function createAcceptIntoInbox(inbox: Inbox, emit: Emit): Accept {
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
