import type { RecordChange } from "../changes/record-change.ts";
import { JobberSyncError } from "../errors.ts";
import type { Logger } from "../observability/logger.ts";
import type { ContactRecord } from "../records/contact-record.ts";
import type { AnyExtras, RecordExtras } from "../records/extra.ts";
import type { JobRecord } from "../records/job-record.ts";
import { withinRun } from "./within-run.ts";

/** Argument of a change handler. */
export interface ChangeContext<R = JobRecord | ContactRecord> extends RecordChange<R> {
  /** 1 for the first call, plus one for each earlier failure of this change. */
  readonly attempt: number;
  /**
   * Aborts when the run exceeds `runTimeoutMs` or the worker stops. A handler that is still pending
   * then counts as failed and is called again.
   */
  readonly signal: AbortSignal;
  /** Your logger. Every line carries tenant, record and the number of the change. */
  readonly logger: Logger;
}

/**
 * Your code, called once per committed change of a record, whatever caused it. At least once: store
 * `sequence` with the data that you derive, and overwrite only what has a lower one.
 *
 * @example
 * ```ts
 * import type { ChangeHandler, JobRecord } from "@jobber-sync/core";
 *
 * const onJob: ChangeHandler<JobRecord> = ({ before, after, changed }) => {
 *   if (before === null) console.log("new:", after.title);
 *   else if (changed.includes("status")) console.log(before.status, "is now", after.status);
 * };
 * ```
 */
export type ChangeHandler<R = JobRecord | ContactRecord> = (
  context: ChangeContext<R>,
) => void | Promise<void>;

/**
 * Change handlers by record type. A type without a handler is skipped.
 *
 * @typeParam X types of `extra`
 */
export interface ChangeHandlers<X extends RecordExtras = AnyExtras> {
  readonly job?: ChangeHandler<JobRecord<X["job"]>> | undefined;
  readonly contact?: ChangeHandler<ContactRecord<X["client"]>> | undefined;
}

/** A handler, once its record type has been looked up: the caller pairs type and context. */
export type AnyChangeHandler = (context: ChangeContext) => unknown;

/** The handlers of a worker by the object type of their records. */
export type ChangeHandlerMap = ReadonlyMap<"job" | "client", AnyChangeHandler>;

/**
 * Validates `changes` at startup.
 *
 * @throws {TypeError} for a name that is no record type, or a value that is no function
 */
export function checkChangeHandlers(changes: object): ChangeHandlerMap {
  const handlers = new Map<"job" | "client", AnyChangeHandler>();
  for (const [name, handler] of Object.entries<unknown>({ ...changes })) {
    if (name !== "job" && name !== "contact")
      throw new TypeError(`changes.${name} is neither changes.job nor changes.contact.`);
    if (handler === undefined) continue;
    if (typeof handler !== "function") throw new TypeError(`changes.${name} must be a function.`);
    handlers.set(name === "job" ? "job" : "client", handler as AnyChangeHandler);
  }
  return handlers;
}

/**
 * Calls a change handler.
 *
 * @throws {JobberSyncError} `ERR_HANDLER` when it throws, with its error in `cause`, or is still
 *   pending when the signal aborts
 */
export async function runChangeHandler(
  handler: AnyChangeHandler,
  objectType: "job" | "client",
  context: ChangeContext,
): Promise<void> {
  const name = `changes.${objectType === "job" ? "job" : "contact"}`;
  const late = new JobberSyncError("ERR_HANDLER", `Handler ${name} timed out.`);
  try {
    await withinRun(
      () => handler(context),
      context.signal,
      () => late,
    );
  } catch (error) {
    if (error === late) throw late;
    throw new JobberSyncError("ERR_HANDLER", `Handler ${name} threw.`, { cause: error });
  }
}
