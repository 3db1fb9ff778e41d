import { setTimeout as delayFor } from "node:timers/promises";
import type { JobberApi } from "@jobber-sync/api";
import type { RecordExtras, SyncReader } from "@jobber-sync/core";
import type { Outbox } from "@jobber-sync/core/ports";

/** Longest wait for the response to a create. Milliseconds. */
const MAX_WAIT_MS = 30_000;
const LOOK_MS = 50;

/** Dependencies of {@link awaitCreates}. */
export interface AwaitCreatesOptions {
  readonly outbox: Outbox;
  readonly store: Pick<SyncReader, "contact" | "job">;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Wraps the source of the worker. The webhook of an object that a push creates can arrive before
 * the response to the push. A fetch of an unknown client or job waits for the responses to creates
 * that are being sent, so that handlers of changes first see the record with `cause: "push"` and
 * the caller's name of it, and not as an unknown one that they would insert a second time.
 */
export function awaitCreates<X extends RecordExtras>(
  source: JobberApi<X>,
  { outbox, store, now }: AwaitCreatesOptions,
): JobberApi<X> {
  return {
    ...source,
    async fetch(tenant, type, id, options) {
      if (type === "client" || type === "job") {
        const end = now() + MAX_WAIT_MS;
        while (now() < end && !options.signal.aborted) {
          const known = await (type === "job" ? store.job(tenant, id) : store.contact(tenant, id));
          if (known !== null || !(await isCreating(tenant, type))) break;
          await delayFor(LOOK_MS, undefined, { signal: options.signal }).catch(() => {});
        }
      }
      return source.fetch(tenant, type, id, options);
    },
  };

  async function isCreating(tenant: string, objectType: "client" | "job"): Promise<boolean> {
    const sent = await outbox.list({ tenant, objectType, states: ["sent"] });
    // A send that takes longer was lost: its process died.
    return sent.some(({ creates, sentAt }) => creates && now() - (sentAt ?? 0) < MAX_WAIT_MS);
  }
}
