export type {
  ClientSnapshotEvent,
  EventWarning,
  JobberEvent,
  JobSnapshotEvent,
  NoticeEvent,
  SnapshotAddress,
  SnapshotClient,
  SnapshotEvent,
  SnapshotEventName,
  SnapshotJob,
} from "./jobber-event.ts";
export { parseEvent } from "./parse-event.ts";
export {
  type EventName,
  KNOWN_TOPICS,
  type KnownTopic,
  type ObjectType,
  SYNC_TOPICS,
  type TopicTraits,
  topicTraits,
} from "./topics.ts";
