export {
  type NoticeOverrides,
  type NoticePayload,
  type NoticePayloadOptions,
  noticePayload,
} from "./notice-payload.ts";
export {
  type AddressPayload,
  type ClientPayload,
  type JobPayload,
  type SnapshotData,
  type SnapshotPayload,
  type SnapshotPayloadOptions,
  snapshotPayload,
} from "./snapshot-payload.ts";
