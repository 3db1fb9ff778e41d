import type { EventWarning } from "../events/jobber-event.ts";
import type { ObjectType } from "../events/topics.ts";
import type { Instant } from "../time/instant.ts";
import type { ContactFields } from "./contact-record.ts";
import type { AnyExtras, RecordExtras } from "./extra.ts";
import type { JobFields } from "./job-record.ts";
import type { StatusOverrides } from "./map-job-status.ts";

/** Object types a source can fetch. Fetching a visit or a property returns its jobs. */
export type SourceObjectType = "job" | "client" | "visit" | "property" | "account";

/** Every field of a record; `extra` is absent when the source has not read it. */
type Fetched<F extends { readonly extra: unknown }> = Omit<F, "extra"> & Partial<Pick<F, "extra">>;

/** A job as the source has it now, with every field. Without `extra` the stored one is kept. */
export interface FetchedJob<X extends RecordExtras = AnyExtras> {
  readonly jobberJobId: string;
  readonly sourceUpdatedAt: Instant | null;
  readonly fields: Fetched<JobFields<X["job"]>>;
}

/** A client as the source has it now, with every field. Without `extra` the stored one is kept. */
export interface FetchedClient<X extends RecordExtras = AnyExtras> {
  readonly jobberClientId: string;
  readonly sourceUpdatedAt: Instant | null;
  readonly fields: Fetched<ContactFields<X["client"]>>;
}

/**
 * Result of one fetch. A job comes with its client, so that no job is stored before its contact.
 */
export interface FetchedRecords<X extends RecordExtras = AnyExtras> {
  readonly jobs: readonly FetchedJob<X>[];
  readonly contacts: readonly FetchedClient<X>[];
  /** Values that the source had to change, such as a time in the future. @default none */
  readonly warnings?: readonly EventWarning[] | undefined;
}

/** Options for each call of a {@link RecordSource}. */
export interface SourceCallOptions {
  /** Aborts the call; its promise then rejects. */
  readonly signal: AbortSignal;
}

/**
 * Reads the records behind a notification: the Jobber API (`@jobber-sync/api`), or your own.
 *
 * Jobber's webhooks contain only ids (see docs/jobber-facts.md#envelope), so without a source no
 * notification can become a record.
 *
 * @typeParam X types of `extra`, not checked against what is fetched
 */
export interface RecordSource<X extends RecordExtras = AnyExtras> {
  /**
   * Fetches one object and the records that belong to it.
   *
   * `account` proves that the tenant's connection works and belongs to the account `id`; it returns
   * no records.
   *
   * @param tenant the tenant's slug
   * @param id the id exactly as the webhook gave it
   * @returns `null` when the object does not exist or is hidden: Jobber does not distinguish the
   * two, see docs/jobber-facts.md#deleted-objects
   * @throws {JobberSyncError} with an `ERR_API_…` code, `retryable` and `retryAfterMs`. Any other
   * error is taken for a bug in the source, `ERR_SOURCE`, and retried like an outage
   */
  fetch(
    tenant: string,
    type: SourceObjectType,
    id: string,
    options: SourceCallOptions,
  ): Promise<FetchedRecords<X> | null>;

  /**
   * Overrides for Jobber's job statuses, where the source maps them: a worker or inline receiver
   * without overrides of its own uses them for snapshots, too.
   */
  readonly statusOverrides?: StatusOverrides | undefined;

  /**
   * Reads any object with a GraphQL selection of the user's, for `fetch` of handlers. Sources
   * without other objects omit this method.
   *
   * @param object type and id as the webhook gave them
   * @returns `null` when the object does not exist or is hidden
   * @throws {JobberSyncError} with an `ERR_API_…` code
   * @throws {TypeError} for a type that cannot be read, or text that is not a selection
   */
  read?(
    tenant: string,
    object: { readonly type: ObjectType; readonly id: string },
    selection: string,
    options: SourceCallOptions,
  ): Promise<object | null>;

  /**
   * Returns whether the account has disconnected the app, as an `APP_DISCONNECT` claims: the
   * notification may be late, and the account connected again. Sources without connections of their
   * own omit this method; handlers then receive the notification unchecked.
   *
   * @param occurredAt the notification's time; `null` when it had none
   * @throws {JobberSyncError} with an `ERR_API_…` code when the check failed
   */
  disconnected?(
    tenant: string,
    occurredAt: Instant | null,
    options: SourceCallOptions,
  ): Promise<boolean>;
}
