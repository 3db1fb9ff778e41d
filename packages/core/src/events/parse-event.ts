import { JobberSyncError } from "../errors.ts";
import type { EventWarning, JobberEvent, NotificationEvent } from "./jobber-event.ts";
import { readClient, readJob } from "./read-snapshot.ts";
import { readInstant } from "./read-values.ts";
import { notificationBody, snapshotBody } from "./schemas.ts";
import { topicTraits } from "./topics.ts";

// Strict: bytes that are not UTF-8 are an error, not U+FFFD. A leading byte order mark is dropped.
const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Reads the body of a Jobber webhook, or of a snapshot from a relay. Pure; call it with bytes whose signature was verified.
 *
 * Takes known fields into fresh objects and ignores the others. Ids are opaque strings. Times that cannot be read become `null` and are
 * listed in `warnings`. Whether the account or the ids exist is not checked.
 *
 * @param bytes the request body exactly as received
 * @throws {JobberSyncError} `ERR_EVENT_SYNTAX` when the bytes are no UTF-8 JSON; `ERR_EVENT_INVALID` when the JSON is neither Jobber's
 * envelope nor a snapshot. The message names fields, never values.
 *
 * @example
 * ```ts
 * import { parseEvent } from "@jobber-sync/core";
 *
 * const event = parseEvent(new TextEncoder().encode('{"event":"job.updated","data":{"id":"123","status":"late"}}'));
 * if (event.kind === "snapshot") event.data.id; // "123"
 * ```
 */
export function parseEvent(bytes: Uint8Array): JobberEvent {
  const body = parseJson(bytes);
  if (!isObject(body)) throw invalid("the body is not a JSON object");
  const data = Object.hasOwn(body, "data") ? body.data : undefined;
  // Decided by the key alone: an envelope that is broken is an error, never a snapshot.
  if (isObject(data) && Object.hasOwn(data, "webHookEvent"))
    return parseNotification(data.webHookEvent, bytes);
  return parseSnapshot(body, bytes);
}

function parseNotification(envelope: unknown, raw: Uint8Array): NotificationEvent {
  const parsed = notificationBody.safeParse(envelope);
  if (!parsed.success) throw invalidFields("data.webHookEvent", parsed.error.issues);
  const { topic, appId, accountId, itemId, occurredAt, occuredAt } = parsed.data;
  if ((itemId === undefined || itemId === null) && !topic.startsWith("APP_")) {
    throw invalid("data.webHookEvent.itemId is missing, which only APP_ topics may leave out");
  }
  const warnings: EventWarning[] = [];
  const { event, objectType } = topicTraits(topic);
  return {
    kind: "notification",
    topic,
    event,
    objectType,
    appId: appId ?? null,
    accountId: String(accountId),
    itemId: String(itemId ?? accountId),
    // Apps created before 8 December 2023 send the misspelt key (F1.2).
    occurredAt: readInstant(
      occurredAt ?? occuredAt ?? null,
      "data.webHookEvent.occurredAt",
      warnings,
    ),
    raw,
    warnings,
  };
}

function parseSnapshot(body: SnapshotTimes, raw: Uint8Array): JobberEvent {
  const parsed = snapshotBody.safeParse(body);
  if (!parsed.success) throw invalidFields("", parsed.error.issues);
  const { event, data } = parsed.data;
  const warnings: EventWarning[] = [];
  const sourceUpdatedAt =
    readInstant(body.data?.updated_at ?? null, "data.updated_at", warnings) ??
    readInstant(body.occurred_at ?? null, "occurred_at", warnings);
  switch (event) {
    case "job.created":
    case "job.updated":
    case "job.completed":
      return {
        kind: "snapshot",
        event,
        data: readJob(data, warnings),
        sourceUpdatedAt,
        raw,
        warnings,
      };
    case "client.created":
    case "client.updated":
      return { kind: "snapshot", event, data: readClient(data), sourceUpdatedAt, raw, warnings };
  }
}

/** Read beside the schema: they are the event's, not the record's. */
interface SnapshotTimes {
  readonly occurred_at?: unknown;
  readonly data?: { readonly updated_at?: unknown };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch {
    // Not passed on as the cause: its message quotes the body.
    throw new JobberSyncError(
      "ERR_EVENT_SYNTAX",
      "The body is not JSON in UTF-8. Send the bytes of one JSON object.",
    );
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalidFields(
  base: string,
  issues: readonly { readonly path: readonly PropertyKey[] }[],
): JobberSyncError {
  const path = [base, ...(issues[0]?.path ?? [])].filter((part) => part !== "").join(".");
  return invalid(`${path === "" ? "the body" : path} is missing or not of its type`);
}

function invalid(what: string): JobberSyncError {
  return new JobberSyncError(
    "ERR_EVENT_INVALID",
    `The body is no event: ${what}. Expected Jobber's envelope {"data":{"webHookEvent":{…}}} or a snapshot {"event":"job.created","data":{"id":…}}.`,
  );
}
