import { setImmediate as turn } from "node:timers/promises";
import type { AnyHandler, AnyHandlerContext } from "../processing/handlers.ts";

/** A handler that computes for this long has kept requests waiting. Milliseconds. */
const BLOCKING_MS = 50;
/** Turns of the event loop that a request needs: to be read, stored and answered, and one more. */
const TURNS = 4;

/**
 * Wraps handlers so that one which computes for long does not keep a receiver in the same process
 * from responding for longer than that: the next handler starts after the requests that have
 * arrived meanwhile.
 */
export function letRequestsIn(
  handlers: ReadonlyMap<string, AnyHandler>,
): ReadonlyMap<string, AnyHandler> {
  let hasBlocked = false;
  /** Handlers that wait for requests start one by one. */
  let previous: Promise<unknown> = Promise.resolve();

  function call(handler: AnyHandler, context: AnyHandlerContext): ReturnType<AnyHandler> {
    const begun = performance.now();
    try {
      return handler(context);
    } finally {
      hasBlocked = performance.now() - begun >= BLOCKING_MS;
    }
  }

  async function callLater(handler: AnyHandler, context: AnyHandlerContext): Promise<unknown> {
    const started = previous.then(async () => {
      for (let count = 0; hasBlocked && count < TURNS; count += 1) await turn();
      context.signal.throwIfAborted();
      // In an object, because the next handler waits for the start of this one and not for its end.
      return { outcome: call(handler, context) };
    });
    previous = started.catch(() => {});
    return (await started).outcome;
  }

  return new Map(
    [...handlers].map(([name, handler]) => [
      name,
      (context) => (hasBlocked ? callLater(handler, context) : call(handler, context)),
    ]),
  );
}
