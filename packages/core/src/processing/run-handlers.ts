import { JobberSyncError } from "../errors.ts";
import type { AnyHandler, AnyHandlerContext } from "./handlers.ts";
import { withinRun } from "./within-run.ts";

/**
 * Calls the handlers of a delivery, the event's first, then the topic's.
 *
 * @throws {JobberSyncError} `ERR_HANDLER` when one throws, with its error in `cause`, or is still
 * pending when the signal aborts; the source's error when its `fetch` failed
 */
export async function runHandlers(
  handlers: ReadonlyMap<string, AnyHandler>,
  context: AnyHandlerContext,
  isSourceError: (error: unknown) => boolean,
): Promise<void> {
  const { event, signal } = context;
  const names = event.kind === "notification" ? [event.event, event.topic] : [event.event];
  for (const name of names) {
    const handler = name === null ? undefined : handlers.get(name);
    if (handler === undefined) continue;
    const late = new JobberSyncError("ERR_HANDLER", `Handler on["${name}"] timed out.`);
    try {
      await withinRun(
        () => handler(context),
        signal,
        () => late,
      );
    } catch (error) {
      if (error === late || isSourceError(error)) throw error;
      throw new JobberSyncError("ERR_HANDLER", `Handler on["${name}"] threw.`, { cause: error });
    }
  }
}
