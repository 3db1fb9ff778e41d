import { type ErrorCode, isJobberSyncError } from "../errors.ts";
import type { Logger } from "./logger.ts";

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
  const lines = new Map<ErrorCode | undefined, { since: number; skipped: number }>();
  return (error) => {
    const own = isJobberSyncError(error) ? error : undefined;
    const last = lines.get(own?.code);
    if (last !== undefined && now() - last.since < EVERY_MS) {
      last.skipped += 1;
      return;
    }
    lines.set(own?.code, { since: now(), skipped: 0 });
    logger.error(
      {
        code: own?.code,
        reason: own?.message,
        err: own?.cause instanceof Error ? own.cause : error,
        before: last?.skipped ?? 0,
      },
      message,
    );
  };
}
