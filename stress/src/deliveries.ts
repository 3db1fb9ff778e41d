import { setTimeout } from "node:timers/promises";
import { deliveryKey, isJobberSyncError, parseEvent } from "@jobber-sync/core";
import type { Inbox, IncomingDelivery } from "@jobber-sync/core/ports";
import { incomingDelivery, notificationPayload } from "@jobber-sync/testing";
import { SLUG, timeOf, titleOf } from "./reference-records.ts";

/** Returns a snapshot of an object at a version, ready for an inbox. */
export function snapshotAt(id: string, version: number, tenant = SLUG): IncomingDelivery {
  return delivery(tenant, {
    event: "job.updated",
    data: { id, title: titleOf(version), status: "scheduled", updated_at: timeOf(version) },
  });
}

/** Returns a notification that an object has changed. With a version, each has a key of its own. */
export function notificationOf(id: string, version?: number, tenant = SLUG): IncomingDelivery {
  const times = version === undefined ? {} : { occurredAt: timeOf(version) };
  return delivery(tenant, notificationPayload("JOB_UPDATE", { itemId: id, ...times }));
}

const RESEND_FOR_MS = 30_000;

/** Accepts a delivery. Like Jobber, sends it again after a 503, for 30 s at most. */
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

function delivery(tenant: string, payload: object): IncomingDelivery {
  const body = new TextEncoder().encode(JSON.stringify(payload));
  const event = parseEvent(body);
  return incomingDelivery(event.kind === "notification" ? event.itemId : event.data.id, {
    tenant,
    topic: event.kind === "notification" ? event.topic : event.event,
    deliveryKey: deliveryKey(event),
    body,
  });
}
