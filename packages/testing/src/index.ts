export { incomingDelivery } from "./deliveries/incoming-delivery.ts";
export { silentLogger } from "./logger/silent-logger.ts";
export {
  type NotificationOverrides,
  type NotificationPayload,
  type NotificationPayloadOptions,
  notificationPayload,
} from "./payloads/notification-payload.ts";
export {
  type AddressPayload,
  type ClientPayload,
  type JobPayload,
  type SnapshotData,
  type SnapshotPayload,
  type SnapshotPayloadOptions,
  snapshotPayload,
} from "./payloads/snapshot-payload.ts";
export { type FetchedClientOptions, fetchedClient } from "./records/fetched-client.ts";
export { type FetchedJobOptions, fetchedJob } from "./records/fetched-job.ts";
export { type SignedRequest, signedRequest } from "./requests/signed-request.ts";
