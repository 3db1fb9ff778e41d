import { JobberSyncError } from "../errors.ts";
import { clampInstant, type Instant } from "../time/instant.ts";
import { invalidEvent } from "./invalid-event.ts";
import type {
  ClientSnapshotEvent,
  EventWarning,
  JobberEvent,
  JobSnapshotEvent,
  SnapshotEvent,
} from "./jobber-event.ts";
import { readNotification } from "./read-notification.ts";
import { readClient, readJob } from "./read-snapshot.ts";
import { isObject, readId, readInstant, type Unchecked } from "./read-values.ts";

/** Options for {@link parseEvent}. */
export interface ParseEventOptions {
  /**
   * When the body was received, in milliseconds since 1970. A snapshot's source time is never
   * later: a time in the future would make every later change look old.
   *
   * @default no limit
   */
  readonly receivedAt?: number | undefined;
}

// Strict: bytes that are not UTF-8 are an error, not U+FFFD. A leading byte order mark is dropped.
const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Parses the body of a Jobber webhook, or of a snapshot from a relay. Pure; call it with bytes
 * whose signature was verified.
 *
 * Known fields are copied into fresh objects, others ignored. Ids are opaque strings; base64 ids
 * get the padding that Jobber's API uses. Values and parts that cannot be read count as absent and
 * are listed in `warnings`. Whether the account or the ids exist is not checked.
 *
 * @param bytes the request body exactly as received
 * @throws {JobberSyncError} `ERR_EVENT_SYNTAX` if the bytes are not JSON in UTF-8;
 * `ERR_EVENT_INVALID` if the JSON is neither Jobber's envelope nor a snapshot. The message names
 * fields, never values.
 *
 * @example
 * ```ts
 * import { parseEvent } from "@jobber-sync/core";
 *
 * const event = parseEvent(new TextEncoder().encode('{"event":"job.updated","data":{"id":"123","status":"late"}}'));
 * if (event.kind === "snapshot") event.data.id; // "123"
 * ```
 */
export function parseEvent(bytes: Uint8Array, options: ParseEventOptions = {}): JobberEvent {
  const body = parseJson(bytes);
  if (!isObject(body)) throw invalidEvent("the body is not a JSON object");
  const data = Object.hasOwn(body, "data") ? body.data : undefined;
  // Decided by the key alone: a broken envelope is an error, never a snapshot.
  if (isObject(data) && Object.hasOwn(data, "webHookEvent"))
    return readNotification(data.webHookEvent, bytes);
  return parseSnapshot(body, data, bytes, options.receivedAt);
}

const JOB_EVENTS: ReadonlySet<unknown> = new Set<JobSnapshotEvent["event"]>([
  "job.created",
  "job.updated",
  "job.completed",
  "job.deleted",
]);
const CLIENT_EVENTS: ReadonlySet<unknown> = new Set<ClientSnapshotEvent["event"]>([
  "client.created",
  "client.updated",
  "client.deleted",
]);

function parseSnapshot(
  body: Unchecked,
  data: unknown,
  raw: Uint8Array,
  receivedAt: number | undefined,
): SnapshotEvent {
  const event = Object.hasOwn(body, "event") ? body.event : undefined;
  const ofJob = JOB_EVENTS.has(event);
  if (!ofJob && !CLIENT_EVENTS.has(event)) throw invalidEvent("event is missing or unknown");
  if (!isObject(data)) throw invalidEvent("data is missing or has the wrong type");
  const id = readId(data.id);
  if (id === undefined) throw invalidEvent("data.id is missing or has the wrong type");
  const warnings: EventWarning[] = [];
  const sourceUpdatedAt = readSourceTime(body, data, receivedAt, warnings);
  return ofJob
    ? {
        kind: "snapshot",
        event: event as JobSnapshotEvent["event"],
        data: readJob(data, id, warnings),
        sourceUpdatedAt,
        raw,
        warnings,
      }
    : {
        kind: "snapshot",
        event: event as ClientSnapshotEvent["event"],
        data: readClient(data, id, "data.", warnings),
        sourceUpdatedAt,
        raw,
        warnings,
      };
}

function readSourceTime(
  body: Unchecked,
  data: Unchecked,
  receivedAt: number | undefined,
  warnings: EventWarning[],
): Instant | null {
  const updatedAt = readInstant(data.updated_at, "data.", "updated_at", warnings);
  const time = updatedAt ?? readInstant(body.occurred_at, "", "occurred_at", warnings);
  if (time === undefined || time === null) return null;
  if (receivedAt === undefined) return time;
  const clamped = clampInstant(time, receivedAt);
  if (clamped !== time)
    warnings.push({ code: "future_time", path: updatedAt ? "data.updated_at" : "occurred_at" });
  return clamped;
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
