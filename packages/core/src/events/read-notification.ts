import { canonicalId } from "./canonical-id.ts";
import { invalidEvent } from "./invalid-event.ts";
import type { EventWarning, NotificationEvent } from "./jobber-event.ts";
import { isObject, isStorable, readInstant } from "./read-values.ts";
import { notificationBody } from "./schemas.ts";
import { topicTraits } from "./topics.ts";

/** Jobber's envelope, `data.webHookEvent`. See docs/jobber-facts.md#envelope. */
interface Envelope {
  readonly topic: string;
  readonly appId?: string | null | undefined;
  readonly accountId: string | number;
  readonly itemId?: string | number | null | undefined;
  /** An unreadable time is a warning, not a rejection. */
  readonly occurredAt?: unknown;
  readonly occuredAt?: unknown;
}

/**
 * Reads the envelope of a notification.
 *
 * @param raw the whole body
 * @throws {JobberSyncError} `ERR_EVENT_INVALID`
 */
export function readNotification(envelope: unknown, raw: Uint8Array): NotificationEvent {
  if (!isEnvelope(envelope)) throw invalidEvent(problemOf(envelope));
  const { topic, appId, accountId, itemId, occurredAt, occuredAt } = envelope;
  if ((itemId === undefined || itemId === null) && !topic.startsWith("APP_"))
    throw invalidEvent("data.webHookEvent.itemId is missing, which only APP_ topics may omit");
  const warnings: EventWarning[] = [];
  const { event, objectType } = topicTraits(topic);
  // Apps created before 8 December 2023 send the misspelled key.
  const time = readInstant(occurredAt ?? occuredAt, "data.webHookEvent.", "occurredAt", warnings);
  return {
    kind: "notification",
    topic,
    event,
    objectType,
    appId: appId ?? null,
    accountId: canonicalId(String(accountId)),
    itemId: canonicalId(String(itemId ?? accountId)),
    occurredAt: time ?? null,
    raw,
    warnings,
  };
}

// By hand: a schema takes as long as verifying the signature. It finds the path of what is wrong,
// and tests compare the two.
function isEnvelope(value: unknown): value is Envelope {
  if (!isObject(value)) return false;
  const { topic, appId, accountId, itemId } = value;
  return (
    isStorable(topic) &&
    isId(accountId) &&
    (itemId === undefined || itemId === null || isId(itemId)) &&
    (appId === undefined || appId === null || isStorable(appId))
  );
}

function isId(value: unknown): value is string | number {
  return isStorable(value) || Number.isSafeInteger(value);
}

/** Names the first member that is wrong. */
function problemOf(envelope: unknown): string {
  const issues = notificationBody.safeParse(envelope).error?.issues ?? [];
  const path = ["data.webHookEvent", ...(issues[0]?.path ?? [])].join(".");
  return `${path} is missing or has the wrong type`;
}
