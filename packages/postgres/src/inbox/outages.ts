import { bossError } from "../database/boss-error.ts";

/** Reports failures while listening. */
export interface Outages {
  readonly log: (error: unknown) => void;
  /** Listener for pg-boss's `error` event, which covers all of its queues. */
  readonly ofBoss: (error: unknown) => void;
}

/**
 * Creates the reporter of a listening inbox. It converts every failure to a coded error, since
 * pg-boss reports plain objects, and ignores other queues. It does not throttle: the worker's log
 * does, and counts the failures that it leaves out.
 */
export function createOutages(onError: (error: unknown) => void, queue: string): Outages {
  const log = (error: unknown) => onError(bossError(error));
  return {
    log,
    ofBoss(error) {
      const other = (error as { readonly queue?: unknown } | null)?.queue;
      if (other === undefined || other === queue) log(error);
    },
  };
}
