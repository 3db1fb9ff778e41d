import type { Instant } from "../time/instant.ts";
import type { EventName, KnownTopic, ObjectType } from "./topics.ts";

/** Something in a body that could not be read and was left out; never an error. Holds no value from the body. */
export interface EventWarning {
  readonly code: "unreadable_time" | "unreadable_number" | "future_time";
  /** Where it stood, e.g. `data.scheduled_at`. */
  readonly path: string;
}

interface EventBase {
  /** The bytes that were parsed, not copied. */
  readonly raw: Uint8Array;
  readonly warnings: readonly EventWarning[];
}

/** The envelope Jobber really sends: it names what changed and carries no record (F1.1). */
export interface NotificationEvent extends EventBase {
  readonly kind: "notification";
  /** As sent; compare with {@link KnownTopic}. */
  readonly topic: KnownTopic | (string & {});
  /** `null` for topics that have no event of ours, unknown ones included. */
  readonly event: EventName | null;
  readonly objectType: ObjectType;
  readonly appId: string | null;
  readonly accountId: string;
  /** The record; for `APP_*` topics without one, the account. */
  readonly itemId: string;
  /** When it happened, to the second (F1.1); `null` when missing or unreadable. Not when the record was last changed. */
  readonly occurredAt: Instant | null;
}

/** The client inside a snapshot. Absent: not said. `null`: cleared. */
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

/** An address inside a snapshot. */
export interface SnapshotAddress {
  readonly street?: string | null;
  readonly city?: string | null;
  readonly state?: string | null;
  readonly postal_code?: string | null;
  readonly country?: string | null;
}

/** The job of a `job.*` snapshot. Absent: not said. `null`: cleared. */
export interface SnapshotJob {
  readonly id: string;
  readonly job_number?: number | null;
  readonly title?: string | null;
  readonly status?: string | null;
  readonly scheduled_at?: Instant | null;
  readonly ends_at?: Instant | null;
  readonly completed_at?: Instant | null;
  readonly total?: number | null;
  readonly web_uri?: string | null;
  readonly client?: SnapshotClient | null;
  readonly address?: SnapshotAddress | null;
}

interface SnapshotBase extends EventBase {
  readonly kind: "snapshot";
  /** `data.updated_at`, else `occurred_at`, else `null`. */
  readonly sourceUpdatedAt: Instant | null;
}

/** A body that carries a job. Jobber does not send these; relays, automations and earlier integrations do. */
export interface JobSnapshotEvent extends SnapshotBase {
  readonly event: "job.created" | "job.updated" | "job.completed";
  readonly data: SnapshotJob;
}

/** A body that carries a client. */
export interface ClientSnapshotEvent extends SnapshotBase {
  readonly event: "client.created" | "client.updated";
  readonly data: SnapshotClient;
}

/** A body in which the record itself rides along. */
export type SnapshotEvent = JobSnapshotEvent | ClientSnapshotEvent;

/** What a verified body says. Told apart by `kind`, snapshots further by `event`. */
export type JobberEvent = NotificationEvent | SnapshotEvent;

/** The events that snapshots come with. */
export type SnapshotEventName = SnapshotEvent["event"];
