import type {
  ClientSnapshotEvent,
  JobberEvent,
  JobSnapshotEvent,
  NotificationEvent,
} from "../events/jobber-event.ts";
import type { EventName, KnownTopic, TraitsOf } from "../events/topics.ts";
import type { Logger } from "../observability/logger.ts";
import type { ContactRecord } from "../records/contact-record.ts";
import type { AnyExtras, RecordExtras } from "../records/extra.ts";
import type { JobRecord } from "../records/job-record.ts";
import type { FetchedRecords } from "../records/record-source.ts";
import type { SyncResult } from "../store/sync-store.ts";
import type {
  ClientEventName,
  ClientSubmissionPayload,
  JobEventName,
  JobSubmissionPayload,
  Submission,
} from "../submissions/build-submission.ts";
import type { FetchSelection } from "./fetch-selection.ts";

/** A topic that Jobber adds later: any name in upper case, such as `SOMETHING_NEW`. */
export type FutureTopic = Uppercase<string>;

/** Names that `on` accepts: events such as `job.created`, topics such as `VISIT_UPDATE`. */
export type HandlerName = EventName | KnownTopic | FutureTopic;

type EventOfTopic<T extends KnownTopic> = TraitsOf<T>["event"];

type TopicOfEvent<N extends EventName> = {
  [T in KnownTopic]: EventOfTopic<T> extends N ? T : never;
}[KnownTopic];

type TopicNotification<T extends KnownTopic> = T extends KnownTopic
  ? NotificationEvent & {
      readonly topic: T;
      readonly event: EventOfTopic<T>;
      readonly objectType: TraitsOf<T>["objectType"];
    }
  : never;

type SnapshotOfEvent<N extends EventName> = N extends JobSnapshotEvent["event"]
  ? JobSnapshotEvent & { readonly event: N }
  : N extends ClientSnapshotEvent["event"]
    ? ClientSnapshotEvent & { readonly event: N }
    : never;

type SubmissionOfEvent<E extends EventName | null> = E extends JobEventName
  ? Submission<JobSubmissionPayload<E>>
  : E extends ClientEventName
    ? Submission<ClientSubmissionPayload<E>>
    : null;

/**
 * The event that `on[N]` receives. An event may arrive as a snapshot or as a notification: check
 * `kind`.
 */
export type HandlerEvent<N extends HandlerName> = N extends EventName
  ? SnapshotOfEvent<N> | TopicNotification<TopicOfEvent<N>>
  : N extends KnownTopic
    ? TopicNotification<N>
    : NotificationEvent;

/** The submission that `on[N]` receives: never `null` for `job.*` and `client.*` events. */
export type HandlerSubmission<N extends HandlerName> = N extends EventName
  ? SubmissionOfEvent<N>
  : N extends KnownTopic
    ? SubmissionOfEvent<EventOfTopic<N>>
    : Submission | null;

type TraitsOfName<N extends HandlerName> = N extends EventName
  ? { readonly event: N; readonly objectType: "unknown" }
  : N extends KnownTopic
    ? TraitsOf<N>
    : null;

type JobOfTraits<T, R> = T extends { readonly event: JobEventName }
  ? R
  : T extends null | { readonly objectType: "visit" }
    ? R | null
    : null;

type ContactOfTraits<T, R> = T extends { readonly event: ClientEventName }
  ? R
  : T extends
        | null
        | { readonly event: JobEventName }
        | { readonly objectType: "visit" | "property" }
    ? R | null
    : null;

/**
 * The job that `on[N]` receives, as stored by this run: never `null` for `job.*` events, the
 * visit's job for `VISIT_*` topics.
 */
export type HandlerJob<N extends HandlerName, X extends RecordExtras = AnyExtras> = JobOfTraits<
  TraitsOfName<N>,
  JobRecord<X["job"]>
>;

/**
 * The contact that `on[N]` receives, as stored by this run: never `null` for `client.*` events, the
 * job's client for `job.*` events and `VISIT_*` topics if this run has stored it.
 */
export type HandlerContact<
  N extends HandlerName,
  X extends RecordExtras = AnyExtras,
> = ContactOfTraits<TraitsOfName<N>, ContactRecord<X["client"]>>;

interface HandlerContextBase<X extends RecordExtras = RecordExtras> {
  readonly tenant: string;
  /** Identifies the delivery: use it to deduplicate your own side effects. */
  readonly deliveryKey: string;
  /** 1 for the first call, plus one for each earlier failure of this delivery's own. */
  readonly attempt: number;
  /** Why the handler is called. Handlers of `on` are only called for webhooks. */
  readonly cause: "webhook";
  /** Records the source returned; `null` for snapshots, deletes and topics that are not fetched. */
  readonly records: FetchedRecords<X> | null;
  /** Outcome of each write; `null` when nothing was stored. */
  readonly result: SyncResult | null;
  readonly fetch: FetchSelection;
  /**
   * Aborts when the run exceeds `runTimeoutMs` or the worker stops. A handler that is still pending
   * then counts as failed and is called again.
   */
  readonly signal: AbortSignal;
  /** Your logger. Every line carries tenant, topic, object and delivery key. */
  readonly logger: Logger;
}

/**
 * Argument of a handler. `event` and `submission` are narrowed by the handler's name.
 *
 * @typeParam X types of `extra`
 */
export interface HandlerContext<
  N extends HandlerName = HandlerName,
  X extends RecordExtras = AnyExtras,
> extends HandlerContextBase<X> {
  readonly event: HandlerEvent<N>;
  /** Already stored. */
  readonly submission: HandlerSubmission<N>;
  /** The job as stored by this run; a tombstone for `job.deleted`. */
  readonly job: HandlerJob<N, X>;
  /** The contact as stored by this run; a tombstone for `client.deleted`. */
  readonly contact: HandlerContact<N, X>;
}

/**
 * Your code, called after the commit. At least once per delivery: make it idempotent.
 *
 * @example
 * ```ts
 * import type { Handler } from "@jobber-sync/core";
 *
 * const jobCreated: Handler<"job.created"> = ({ tenant, job, contact }) => {
 *   console.log(tenant, job.title, contact?.email);
 * };
 * ```
 */
export type Handler<N extends HandlerName = HandlerName, X extends RecordExtras = AnyExtras> = (
  context: HandlerContext<N, X>,
) => void | Promise<void>;

// A method is compared bivariantly. Known topics are upper case too, so TypeScript also compares
// their narrower handlers with the index signature of `Handlers`, and rejects them otherwise.
interface FutureTopicHandler<X extends RecordExtras> {
  call(context: FutureTopicContext<X>): void | Promise<void>;
}

interface FutureTopicContext<X extends RecordExtras> extends HandlerContextBase<X> {
  readonly event: NotificationEvent;
  readonly submission: Submission | null;
  readonly job: JobRecord<X["job"]> | null;
  readonly contact: ContactRecord<X["client"]> | null;
}

/**
 * Handlers by event (`job.created`) or by Jobber's topic (`VISIT_UPDATE`). For a delivery that has
 * both, the event's handler runs first. Not called while a delivery is unresolved.
 *
 * A misspelled event does not compile. Any other upper-case name is taken for a topic that Jobber
 * added after this release.
 */
export type Handlers<X extends RecordExtras = AnyExtras> = {
  readonly [N in EventName | KnownTopic]?: Handler<N, X> | undefined;
} & { readonly [topic: FutureTopic]: FutureTopicHandler<X>["call"] | undefined };

/** Any handler, once its name has been looked up: the caller pairs name and context. */
export type AnyHandler = (context: AnyHandlerContext) => unknown;

/** The context before its event is narrowed. */
export interface AnyHandlerContext extends HandlerContextBase {
  readonly event: JobberEvent;
  readonly submission: Submission | null;
  readonly job: JobRecord | null;
  readonly contact: ContactRecord | null;
}

const EVENT_OR_TOPIC =
  /^(?:(?:job|client)\.(?:created|updated|deleted)|job\.completed|app\.disconnected|[A-Z][A-Z0-9_]*)$/;

/**
 * Validates `on` at startup: a typo throws instead of never firing.
 *
 * @throws {TypeError} for a name that is neither an event nor a topic, or a value that is no
 * function
 */
export function checkHandlers(on: object): ReadonlyMap<string, AnyHandler> {
  const handlers = new Map<string, AnyHandler>();
  for (const [name, handler] of Object.entries(on as Readonly<Record<string, unknown>>)) {
    if (handler === undefined) continue;
    if (!EVENT_OR_TOPIC.test(name)) {
      throw new TypeError(
        `on["${name}"] is neither an event such as "job.created" nor a topic such as "JOB_CREATE".`,
      );
    }
    if (typeof handler !== "function") throw new TypeError(`on["${name}"] must be a function.`);
    handlers.set(name, handler as AnyHandler);
  }
  return handlers;
}

/** Logs handlers of topics that are not selected: they are never called. */
export function warnUnselected(
  handlers: ReadonlyMap<string, AnyHandler>,
  isSelected: (topic: string) => boolean,
  logger: Logger,
): void {
  for (const topic of handlers.keys()) {
    if (topic.includes(".") || isSelected(topic)) continue;
    logger.warn(
      { topic },
      `on["${topic}"] is never called: topics does not include "${topic}", so the receiver ignores its deliveries`,
    );
  }
}
