import { createMemoryStore, createReceiver } from "@jobber-sync/core";
import type { FetchedClient, FetchedJob, IncomingDelivery } from "@jobber-sync/core/ports";
import {
  fetchedClient,
  fetchedJob,
  incomingDelivery,
  notificationPayload,
  signedRequest,
  silentLogger,
  snapshotPayload,
} from "@jobber-sync/testing";
import { expectTypeOf } from "vitest";

declare const optional: string | undefined;

// Payloads: `data` follows from the event.
expectTypeOf(snapshotPayload("job.created").data.title).toEqualTypeOf<string | null | undefined>();
expectTypeOf(snapshotPayload("client.updated").data.email).toEqualTypeOf<
  string | null | undefined
>();
snapshotPayload("job.updated", { status: null, title: optional }, { occurredAt: optional });
// @ts-expect-error: a client has no status
snapshotPayload("client.updated", { status: "scheduled" });
// @ts-expect-error: not an event
snapshotPayload("job.create");

// Topics: known ones complete in editors, any other text is allowed.
notificationPayload(
  "JOB_UPDATE",
  { itemId: null, occurredAt: optional },
  { spelling: "occuredAt" },
);
notificationPayload("SOMETHING_NEW");
// @ts-expect-error: Jobber knows two spellings
notificationPayload("JOB_UPDATE", {}, { spelling: "occurred_at" });

// Requests: for fetch and for a receiver.
const request = signedRequest(snapshotPayload("job.created"), "a secret of 16 bytes or more");
expectTypeOf<Parameters<typeof fetch>[1]>(request);
const receiver = createReceiver({
  tenants: [{ slug: "acme", secrets: "a secret of 16 bytes or more" }],
  store: createMemoryStore(),
  logger: silentLogger,
});
void receiver.handle({ method: "POST", tenant: "acme", ...request });
// @ts-expect-error: a number cannot be sent
signedRequest(1, "a secret of 16 bytes or more");

// Records and deliveries.
expectTypeOf(
  fetchedJob("1", { title: "Lawn Service", status: "scheduled" }),
).toEqualTypeOf<FetchedJob>();
expectTypeOf(fetchedClient("1", { sourceUpdatedAt: undefined })).toEqualTypeOf<FetchedClient>();
expectTypeOf(incomingDelivery("1", { state: "quarantined" })).toEqualTypeOf<IncomingDelivery>();
// @ts-expect-error: not a status
fetchedJob("1", { status: "done" });
// @ts-expect-error: a client has no title
fetchedClient("1", { title: "Lawn Service" });
// @ts-expect-error: not a state that a receiver writes
incomingDelivery("1", { state: "claimed" });
