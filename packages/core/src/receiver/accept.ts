import type { Emit } from "../observability/lifecycle-events.ts";
import type { Logger } from "../observability/logger.ts";
import { createThrottle } from "../observability/throttle.ts";
import type { RecordExtras } from "../records/extra.ts";
import { createAcceptInline } from "./accept-inline.ts";
import { createAcceptIntoInbox } from "./accept-into-inbox.ts";
import type { Accept } from "./acceptance.ts";
import { checkFetchDelay, type ReceiverOptions } from "./options.ts";

const AMBIGUOUS_EVERY_MS = 60_000;

/**
 * Creates the last step of a receiver: into the inbox, or in inline mode into the records.
 *
 * @throws {TypeError} unless exactly one of `inbox` and `store` is given
 */
export function createAccept<X extends RecordExtras>(
  options: ReceiverOptions<X>,
  surroundings: Surroundings,
): Accept {
  const commit = createCommit(options, surroundings);
  const { logger, now } = surroundings;
  const throttle = createThrottle({ everyMs: AMBIGUOUS_EVERY_MS, now });
  return (acceptance) => {
    const { disposition } = acceptance;
    if (disposition.kind === "quarantine" && disposition.error.code === "ERR_TENANT_AMBIGUOUS") {
      const { error, delivery } = disposition;
      const suppressed = throttle(delivery.tenant);
      if (suppressed !== null)
        logger.error({ code: error.code, tenant: delivery.tenant, suppressed }, error.message);
    }
    return commit(acceptance);
  };
}

interface Surroundings {
  readonly emit: Emit;
  readonly logger: Logger;
  /** Returns milliseconds since 1970. */
  readonly now: () => number;
}

function createCommit<X extends RecordExtras>(
  options: ReceiverOptions<X>,
  { emit, logger }: Surroundings,
): Accept {
  if (options.inbox !== undefined && options.store !== undefined) {
    throw new TypeError(
      "Pass createReceiver an inbox or a store, not both: with an inbox, the store belongs to the worker.",
    );
  }
  if (options.inbox !== undefined) {
    const fetchDelayMs = checkFetchDelay(options.fetchDelayMs);
    return createAcceptIntoInbox({ inbox: options.inbox, fetchDelayMs, emit });
  }
  if (options.fetchDelayMs !== undefined)
    throw new TypeError("fetchDelayMs needs an inbox: inline mode fetches before it responds.");
  if (options.store !== undefined) return createAcceptInline(options, { emit, logger });
  throw new TypeError("createReceiver needs an inbox, or a store for inline mode.");
}
