import { setTimeout as delayFor } from "node:timers/promises";
import { isJobberSyncError } from "../errors.ts";

const FIRST_PAUSE_MS = 50;
const MAX_PAUSE_MS = 1000;

/**
 * Repeats a step of a run while it fails with a retryable error: a lock held by another process, a
 * server that restarts. Without it the deliveries would wait until their lease expires.
 *
 * @param forMs how long to repeat. Milliseconds
 * @param signal stops repeating
 * @throws the error of the last try
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
