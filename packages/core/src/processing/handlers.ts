import { JobberSyncError } from "../errors.ts";
import type { JobberEvent } from "../events/jobber-event.ts";
import type { EventName, KnownTopic } from "../events/topics.ts";
import type { FetchedRecords } from "../records/record-source.ts";
import type { SyncResult } from "../store/sync-store.ts";
import type { Submission } from "../submissions/build-submission.ts";
import { withinRun } from "./within-run.ts";

/** What a handler is told. */
export interface HandlerContext {
  readonly tenant: string;
  readonly event: JobberEvent;
  /** Stored already; `null` for events that make none. */
  readonly submission: Submission | null;
  /** What the source knew of a notification's object; `null` for snapshots, deletes and topics that are not fetched. */
  readonly records: FetchedRecords | null;
  /** What the store made of it; `null` when there was nothing to store. */
  readonly result: SyncResult | null;
  /** Aborts when the time for the whole run is over or the worker stops. A handler that has not ended then has failed, and is called again. */
  readonly signal: AbortSignal;
}

/** Your code, after the commit. Called at least once per delivery: make it idempotent. */
export type Handler = (context: HandlerContext) => void | Promise<void>;

/** Handlers by event (`job.created`) or by Jobber's topic (`VISIT_UPDATE`). Where both fit, the event's runs first. */
export type Handlers = { readonly [N in EventName | KnownTopic | (string & {})]?: Handler };

const EVENT_OR_TOPIC =
  /^(?:(?:job|client)\.(?:created|updated|deleted)|job\.completed|app\.disconnected|[A-Z][A-Z_]*)$/;

/** Checks the names, so that `job.create` is found out at start and not by silence. @throws {TypeError} */
export function checkHandlers(on: Handlers): ReadonlyMap<string, Handler> {
  const handlers = new Map<string, Handler>();
  for (const [name, handler] of Object.entries(on)) {
    if (!EVENT_OR_TOPIC.test(name)) {
      throw new TypeError(
        `on["${name}"] is neither an event such as "job.created" nor a topic such as "JOB_CREATE".`,
      );
    }
    if (typeof handler !== "function") throw new TypeError(`on["${name}"] is not a function.`);
    handlers.set(name, handler);
  }
  return handlers;
}

/** @throws {JobberSyncError} `ERR_HANDLER` when one throws, its error in `cause`, or has not ended when the signal aborts */
export async function runHandlers(
  handlers: ReadonlyMap<string, Handler>,
  context: HandlerContext,
): Promise<void> {
  const { event, signal } = context;
  const names = event.kind === "notification" ? [event.event, event.topic] : [event.event];
  for (const name of names) {
    const handler = name === null ? undefined : handlers.get(name);
    if (handler === undefined) continue;
    const late = new JobberSyncError(
      "ERR_HANDLER",
      `The handler on["${name}"] did not end in time.`,
    );
    try {
      await withinRun(
        () => handler(context),
        signal,
        () => late,
      );
    } catch (error) {
      if (error === late) throw late;
      throw new JobberSyncError("ERR_HANDLER", `The handler on["${name}"] failed.`, {
        cause: error,
      });
    }
  }
}
