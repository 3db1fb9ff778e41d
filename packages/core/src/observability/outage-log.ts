import { type ErrorCode, isJobberSyncError } from "../errors.ts";
import type { Logger } from "./logger.ts";

const EVERY_MS = 10_000;

/** Tells the log of a failure, unless it was told of its like a moment ago. */
export type OutageLog = (error: unknown) => void;

/**
 * Makes the function that tells the log of a backend that fails: the first time at once, then every ten seconds while it lasts, for a line per
 * delivery would be the next outage. Of our own errors it says the message, which names what to do and no values; of others only the name,
 * for their message may quote anything.
 *
 * @param message what the failure leads to
 */
export function createOutageLog(logger: Logger, now: () => number, message: string): OutageLog {
  const told = new Map<ErrorCode | undefined, { since: number; unsaid: number }>();
  return (error) => {
    const own = isJobberSyncError(error) ? error : undefined;
    const last = told.get(own?.code);
    if (last !== undefined && now() - last.since < EVERY_MS) {
      last.unsaid += 1;
      return;
    }
    told.set(own?.code, { since: now(), unsaid: 0 });
    logger.error(
      {
        code: own?.code,
        reason: own?.message,
        cause: nameOf(own === undefined ? error : own.cause),
        before: last?.unsaid ?? 0,
      },
      message,
    );
  };
}

function nameOf(error: unknown): string | undefined {
  return error instanceof Error ? error.name : undefined;
}
