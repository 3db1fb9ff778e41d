import type { Instant } from "../time/instant.ts";
import type { ContactFields } from "./contact-record.ts";
import type { JobFields } from "./job-record.ts";

/** What a source can be asked for. A visit or a property answers with the job(s) it belongs to. */
export type SourceObjectType = "job" | "client" | "visit" | "property" | "account";

/** A job as the source has it now: every field given. */
export interface FetchedJob {
  readonly jobberJobId: string;
  readonly sourceUpdatedAt: Instant | null;
  readonly fields: JobFields;
}

/** A client as the source has it now: every field given. */
export interface FetchedClient {
  readonly jobberClientId: string;
  readonly sourceUpdatedAt: Instant | null;
  readonly fields: ContactFields;
}

/** What one fetch found. A job comes with its client, so that no job waits for its contact. */
export interface FetchedRecords {
  readonly jobs: readonly FetchedJob[];
  readonly contacts: readonly FetchedClient[];
}

/** Options for each call of a {@link RecordSource}. */
export interface SourceCallOptions {
  /** Aborts the call; its promise then rejects. */
  readonly signal: AbortSignal;
}

/**
 * Where the records behind a notification are read: the Jobber API (`@jobber-sync/api`), or a test's own.
 *
 * A Jobber webhook carries a topic and an id, nothing else (F1.1), so without a source no notification can become a record.
 */
export interface RecordSource {
  /**
   * Reads one object and what belongs to it.
   *
   * `account` proves that the tenant's connection works and that it is the account `id`; it finds no records.
   *
   * @param tenant the tenant's slug
   * @param id the id exactly as the webhook gave it
   * @returns `null` when the source knows no such object, or hides it: Jobber answers both alike (F2.3)
   * @throws {JobberSyncError} with an `ERR_API_…` code; `retryable` and `retryAfterMs` say what to do
   */
  fetch(
    tenant: string,
    type: SourceObjectType,
    id: string,
    options: SourceCallOptions,
  ): Promise<FetchedRecords | null>;

  /**
   * Whether the account has disconnected the app, as an `APP_DISCONNECT` says: to be proved, not believed, since the notification may be late and
   * the account connected again. A source that has no connections of its own leaves this out; the notification is then passed on as it is.
   *
   * @param occurredAt the notification's time; `null` when it had none
   * @throws {JobberSyncError} with an `ERR_API_…` code when that could not be found out
   */
  disconnected?(
    tenant: string,
    occurredAt: Instant | null,
    options: SourceCallOptions,
  ): Promise<boolean>;
}
