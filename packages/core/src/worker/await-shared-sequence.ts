import { setTimeout as delayFor } from "node:timers/promises";
import { isJobberSyncError } from "../errors.ts";
import { checkSharedSequence, type SequenceSource } from "../inbox/check-shared-sequence.ts";
import type { Logger } from "../observability/logger.ts";

const RETRY_MS = 1000;

/** Options of {@link awaitSharedSequence}. */
export interface SharedSequenceOptions {
  readonly inbox: SequenceSource;
  readonly store: SequenceSource;
  readonly signal: AbortSignal;
  readonly onError: (error: unknown) => void;
  readonly logger: Logger;
}

/**
 * Verifies that inbox and store share a sequence, and retries while one of them is unavailable.
 * Logs an error if they do not. Never rejects.
 *
 * @returns `false` if they do not share one, or the signal aborted first
 */
export async function awaitSharedSequence({
  inbox,
  store,
  signal,
  onError,
  logger,
}: SharedSequenceOptions): Promise<boolean> {
  while (!signal.aborted) {
    try {
      await checkSharedSequence(inbox, store);
      return !signal.aborted;
    } catch (error) {
      if (isJobberSyncError(error) && error.code === "ERR_STORE_SETTINGS") {
        logger.error({ code: error.code, err: error }, `worker not started: ${error.message}`);
        return false;
      }
      onError(error);
      await delayFor(RETRY_MS, undefined, { signal, ref: false }).catch(() => {});
    }
  }
  return false;
}
