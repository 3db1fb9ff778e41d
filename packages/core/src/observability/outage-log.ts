import { isJobberSyncError } from "../errors.ts";
import type { Logger } from "./logger.ts";
import { createThrottle } from "./throttle.ts";

const EVERY_MS = 10_000;

/** Logs a failure, unless one with the same code was logged within the last ten seconds. */
export type OutageLog = (error: unknown) => void;

/**
 * Creates the log of a failing backend: the first failure at once, then one line every ten seconds
 * per code, since a line per delivery would be the next outage. `err` is the thrown error itself,
 * `before` the number of failures not logged since the last line.
 *
 * @param message the consequence of the failure
 */
export function createOutageLog(logger: Logger, now: () => number, message: string): OutageLog {
  const throttle = createThrottle({ everyMs: EVERY_MS, now });
  return (error) => {
    const own = isJobberSyncError(error) ? error : undefined;
    const before = throttle(own?.code ?? "");
    if (before === null) return;
    const err = own?.cause instanceof Error ? own.cause : error;
    logger.error({ code: own?.code, reason: own?.message, err, before }, message);
  };
}
