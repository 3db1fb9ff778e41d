import { setTimeout } from "node:timers/promises";
import { deliveryKey, isJobberSyncError, parseEvent } from "@jobber-sync/core";
import type { Inbox, IncomingDelivery } from "@jobber-sync/core/ports";
import { notificationPayload } from "@jobber-sync/testing";
import { SLUG, timeOf, titleOf } from "./reference-records.ts";

/** A snapshot of an object at a version, on its way into an inbox. */
export function snapshotAt(id: string, version: number): IncomingDelivery {
  return delivery({
    event: "job.updated",
    data: { id, title: titleOf(version), status: "scheduled", updated_at: timeOf(version) },
  });
}

/** A notification that an object has changed, to a version when that is said: each then has a key of its own. */
export function notificationOf(id: string, version?: number): IncomingDelivery {
  const times = version === undefined ? {} : { occurredAt: timeOf(version) };
  return delivery(notificationPayload("JOB_UPDATE", { itemId: id, ...times }));
}

const RESEND_FOR_MS = 30_000;

/** Accepts a delivery as Jobber would have it accepted: what is answered 503 is sent again, though not for ever. */
export async function deliver(inbox: Inbox, delivery: IncomingDelivery): Promise<void> {
  const end = Date.now() + RESEND_FOR_MS;
  for (;;) {
    try {
      await inbox.accept(delivery);
      return;
    } catch (error) {
      if (!isJobberSyncError(error) || !error.retryable || Date.now() > end) throw error;
      await setTimeout(20);
    }
  }
}

function delivery(payload: object): IncomingDelivery {
  const body = new TextEncoder().encode(JSON.stringify(payload));
  const event = parseEvent(body);
  return {
    tenant: SLUG,
    objectType: "job",
    objectId: event.kind === "notification" ? event.itemId : event.data.id,
    topic: event.kind === "notification" ? event.topic : event.event,
    deliveryKey: deliveryKey(event),
    body,
    receivedAt: Date.now(),
    state: "waiting",
    reason: null,
  };
}
