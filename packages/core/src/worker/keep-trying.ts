import { setTimeout as delayFor } from "node:timers/promises";
import { isJobberSyncError } from "../errors.ts";

const FIRST_PAUSE_MS = 50;
const MAX_PAUSE_MS = 1000;

/**
 * Does a step of a run again while it fails for a reason that passes: a lock that another process holds, a server that restarts. Giving up
 * at once would leave the deliveries to the end of their claim.
 *
 * @param forMs how long. Milliseconds
 * @param signal ends the trying
 * @throws what the last try threw
 */
export async function keepTrying<T>(
  step: () => Promise<T>,
  forMs: number,
  signal: AbortSignal,
): Promise<T> {
  const end = performance.now() + forMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS)) {
    try {
      return await step();
    } catch (error) {
      const passes = isJobberSyncError(error) && error.retryable;
      if (!passes || signal.aborted || performance.now() + pauseMs > end) throw error;
      await delayFor(pauseMs, undefined, { signal }).catch(() => {});
    }
  }
}
