import type { Instant } from "../time/instant.ts";
import type { EventName, KnownTopic, ObjectType } from "./topics.ts";

/**
 * A value that was left out or changed while reading; never an error. Contains no value from the
 * body.
 */
export interface EventWarning {
  /**
   * - `unreadable_time`, `unreadable_number`, `unreadable_text`: not of the expected type. The
   *   value counts as absent, so the stored one is kept.
   * - `unusable_part`: a part that cannot be used, such as a client without an id. It counts as
   *   absent.
   * - `future_time`: a source time in the future, replaced by the time of receipt or of the
   *   response.
   */
  readonly code:
    | "unreadable_time"
    | "unreadable_number"
    | "unreadable_text"
    | "unusable_part"
    | "future_time";
  /** Location in the body, such as `data.scheduled_at`. */
  readonly path: string;
}

interface EventBase {
  /** The bytes that were parsed, not copied. */
  readonly raw: Uint8Array;
  readonly warnings: readonly EventWarning[];
}

/**
 * An event in Jobber's own envelope, which contains ids but no record. See
 * docs/jobber-facts.md#envelope.
 */
export interface NotificationEvent extends EventBase {
  readonly kind: "notification";
  /** As sent; compare with {@link KnownTopic}. */
  readonly topic: KnownTopic | (string & {});
  /** `null` for topics without an event of this library, unknown topics included. */
  readonly event: EventName | null;
  readonly objectType: ObjectType;
  readonly appId: string | null;
  readonly accountId: string;
  /** Id of the record; of the account for `APP_*` topics without one. */
  readonly itemId: string;
  /**
   * Time of the event, to the second; `null` if missing or unreadable. Not the time of the record's
   * last change. See docs/jobber-facts.md#occurred-at.
   */
  readonly occurredAt: Instant | null;
}

/** A client in a snapshot. An absent field keeps the stored value, `null` clears it. */
export interface SnapshotClient {
  readonly id: string;
  readonly name?: string | null;
  readonly first_name?: string | null;
  readonly last_name?: string | null;
  readonly company_name?: string | null;
  readonly email?: string | null;
  readonly phone?: string | null;
  readonly address?: SnapshotAddress | null;
  readonly web_uri?: string | null;
}

/** An address in a snapshot. */
export interface SnapshotAddress {
  readonly street?: string | null;
  readonly city?: string | null;
  readonly state?: string | null;
  readonly postal_code?: string | null;
  readonly country?: string | null;
}

/** A job in a snapshot. An absent field keeps the stored value, `null` clears it. */
export interface SnapshotJob {
  readonly id: string;
  readonly job_number?: number | null;
  /** Jobber's `jobType`, `ONE_OFF` or `RECURRING`. Also used to map the status. */
  readonly job_type?: string | null;
  readonly title?: string | null;
  readonly status?: string | null;
  readonly scheduled_at?: Instant | null;
  readonly ends_at?: Instant | null;
  readonly completed_at?: Instant | null;
  /** In currency units, not cents. */
  readonly total?: number | null;
  readonly web_uri?: string | null;
  readonly client?: SnapshotClient | null;
  readonly address?: SnapshotAddress | null;
}

interface SnapshotBase extends EventBase {
  readonly kind: "snapshot";
  /** `data.updated_at`, else `occurred_at`, else `null`. Never later than the receipt. */
  readonly sourceUpdatedAt: Instant | null;
}

/**
 * An event that contains a job. Sent by relays, automations and earlier integrations, not by
 * Jobber.
 */
export interface JobSnapshotEvent extends SnapshotBase {
  readonly event: "job.created" | "job.updated" | "job.completed" | "job.deleted";
  readonly data: SnapshotJob;
}

/** An event that contains a client. */
export interface ClientSnapshotEvent extends SnapshotBase {
  readonly event: "client.created" | "client.updated" | "client.deleted";
  readonly data: SnapshotClient;
}

/** An event that contains its record. */
export type SnapshotEvent = JobSnapshotEvent | ClientSnapshotEvent;

/** The event in a verified body. Discriminated by `kind`, snapshots also by `event`. */
export type JobberEvent = NotificationEvent | SnapshotEvent;

/** The events of snapshots. */
export type SnapshotEventName = SnapshotEvent["event"];
