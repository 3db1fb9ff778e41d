import type { ErrorCode } from "@jobber-sync/core";
import { bossError } from "../database/boss-error.ts";

/** Tells of what goes wrong while looking for work. */
export interface Outages {
  readonly log: (error: unknown) => void;
  /** The listener of pg-boss's `error` event, which is about all of its queues. */
  readonly ofBoss: (error: unknown) => void;
}

const EVERY_MS = 10_000;

/**
 * Tells of an outage once, and again every ten seconds while it lasts: pg-boss alone reports several failures a second. They are coded, as
 * the plain objects that pg-boss reports say nothing to anybody.
 */
export function createOutages(onError: (error: unknown) => void, queue: string): Outages {
  const loggedAt = new Map<ErrorCode, number>();

  return {
    log,
    ofBoss(error) {
      const other = (error as { readonly queue?: unknown } | null)?.queue;
      if (other === undefined || other === queue) log(error);
    },
  };

  function log(error: unknown): void {
    const coded = bossError(error);
    const now = performance.now();
    if (now - (loggedAt.get(coded.code) ?? Number.NEGATIVE_INFINITY) < EVERY_MS) return;
    loggedAt.set(coded.code, now);
    onError(coded);
  }
}
