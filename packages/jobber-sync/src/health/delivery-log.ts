import type { LifecycleHooks, Logger } from "@jobber-sync/core";
import type { CursorStore, Hook } from "@jobber-sync/core/ports";
import { addDeliveries, NO_RHYTHM, parseRhythm } from "./webhook-rhythm.ts";

/** Keeps when each tenant's webhooks last arrived, per topic. */
export interface DeliveryLog {
  /** The hooks of a receiver, which also note its deliveries. */
  hooks(given: LifecycleHooks | undefined): LifecycleHooks;
  /** Writes what was noted since the last write. Never rejects. */
  flush(): Promise<void>;
}

/** Name of the cursor that holds a tenant's `WebhookRhythm`. */
export const RHYTHM = "webhooks";

// A write per delivery would double the work of accepting it.
const FLUSH_AFTER_MS = 60_000;

/**
 * Creates the log of one process. A tenant's row is written at most once a minute; a crash loses
 * that minute.
 */
export function createDeliveryLog({
  cursors,
  logger,
  now,
}: {
  readonly cursors: CursorStore;
  readonly logger: Logger;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}): DeliveryLog {
  const noted = new Map<string, { at: number; topic: string }[]>();
  let timer: NodeJS.Timeout | undefined;
  let written = Promise.resolve();

  async function write(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const batch = [...noted];
    noted.clear();
    for (const [tenant, deliveries] of batch) {
      try {
        const stored = parseRhythm(await cursors.get(tenant, RHYTHM)) ?? NO_RHYTHM;
        await cursors.set(tenant, RHYTHM, JSON.stringify(addDeliveries(stored, deliveries)));
      } catch (err) {
        logger.warn({ tenant, err }, "could not write when webhooks last arrived");
      }
    }
  }

  function flush(): Promise<void> {
    written = written.then(write);
    return written;
  }

  function note(tenant: string, topic: string | null): void {
    if (topic === null) return;
    const at = now();
    const deliveries = noted.get(tenant);
    if (deliveries === undefined) noted.set(tenant, [{ at, topic }]);
    else {
      // A burst needs one entry per topic: only its last time counts.
      const last = deliveries.findLast((delivery) => delivery.topic === topic);
      if (last !== undefined && at - last.at < FLUSH_AFTER_MS) last.at = at;
      else deliveries.push({ at, topic });
    }
    timer ??= setTimeout(flush, FLUSH_AFTER_MS).unref();
  }

  return {
    flush,
    hooks(given = {}) {
      const noting =
        <E extends { readonly tenant: string; readonly topic: string | null }>(
          hook: Hook<E> | undefined,
        ): Hook<E> =>
        (event) => {
          note(event.tenant, event.topic);
          return hook?.(event);
        };
      return {
        ...given,
        accepted: noting(given.accepted),
        coalesced: noting(given.coalesced),
        duplicate: noting(given.duplicate),
      };
    },
  };
}
