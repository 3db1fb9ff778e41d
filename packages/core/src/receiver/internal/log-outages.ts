import type { ErrorCode, JobberSyncError } from "../../errors.ts";
import type { Logger } from "../../lifecycle/logger.ts";

const EVERY_MS = 10_000;

/**
 * Makes the function that tells the log of a backend that fails: the first time at once, then every ten seconds while it lasts, for a line per
 * delivery would be the next outage. Says codes and how many; the cause's own message may quote anything.
 */
export function createOutageLog(logger: Logger, now: () => number): (error: JobberSyncError) => void {
  const told = new Map<ErrorCode, { since: number; unsaid: number }>();
  return ({ code, status, cause }) => {
    if (status !== 503) return;
    const last = told.get(code);
    if (last !== undefined && now() - last.since < EVERY_MS) {
      last.unsaid += 1;
      return;
    }
    told.set(code, { since: now(), unsaid: 0 });
    const name = cause instanceof Error ? cause.name : undefined;
    logger.error(
      { code, cause: name, before: last?.unsaid ?? 0 },
      "deliveries are answered 503, not accepted",
    );
  };
}
