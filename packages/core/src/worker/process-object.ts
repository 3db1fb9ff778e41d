import type { JobberSyncError } from "../errors.ts";
import type { Claim } from "../inbox/claim.ts";
import type { ObjectRef } from "../inbox/delivery.ts";
import type { Inbox } from "../inbox/inbox.ts";
import type { ObjectRefresh } from "../inbox/refresh.ts";
import type { Emit } from "../observability/lifecycle-events.ts";
import type { Logger } from "../observability/logger.ts";
import type { OutageLog } from "../observability/outage-log.ts";
import type { Processor } from "../processing/delivery-task.ts";
import type { TenantDirectory } from "../tenants/tenant-directory.ts";
import { awaitFetch } from "./await-fetch.ts";
import { holdClaim } from "./hold-claim.ts";
import { keepTrying } from "./keep-trying.ts";
import { processClaim } from "./process-claim.ts";
import type { RetryPolicy } from "./retry-policy.ts";
import { LIMIT_CODES, retryRefresh } from "./retry-refresh.ts";
import { settleResult } from "./settle-result.ts";

/** Dependencies and settings shared by all runs, validated. */
export interface ProcessObjectOptions {
  readonly inbox: Inbox;
  readonly processor: Omit<Processor, "beforeFetch">;
  /** `null` for a worker without tenants. */
  readonly directory: TenantDirectory | null;
  readonly leaseMs: number;
  readonly fetchesPerSecond: number;
  readonly looksMs: readonly number[];
  readonly runTimeoutMs: number;
  readonly retry: RetryPolicy;
  readonly emit: Emit;
  readonly logger: Logger;
  /** Logs a failing inbox. */
  readonly logInboxOutage: OutageLog;
  /** Logs a failing store or API. */
  readonly logOutage: OutageLog;
  readonly now: () => number;
  readonly random: () => number;
}

/** Settings of one run. */
export interface RunMode {
  /** No further claim once aborted. */
  readonly stop: AbortSignal;
  /** Ends the run early; unfinished deliveries are released. */
  readonly abort: AbortSignal;
  /** Longest wait for a slot in the tenant's rate limit. Milliseconds. */
  readonly maxSlotWaitMs: number;
  /** Whether debounced deliveries count as due. */
  readonly debounced: boolean;
}

// More rows than an object normally has, so that they share a fetch. 100,000 at once would block
// SQLite for seconds and exceed the parameters of the statement that settles them.
const CLAIM_LIMIT = 2048;

/**
 * Processes one object: claim, process, settle, and once more while a full claim was done entirely.
 * Never rejects.
 *
 * @returns whether anything was claimed
 */
export type ProcessObject = (object: ObjectRef, mode: RunMode) => Promise<boolean>;

/** Creates the function that processes one object. */
export function createProcessObject(options: ProcessObjectOptions): ProcessObject {
  const { inbox, leaseMs, now, emit } = options;

  return async (object, mode) => {
    const { debounced } = mode;
    const take = () => inbox.claim(object, { leaseMs, now: now(), limit: CLAIM_LIMIT, debounced });
    let claimed = false;
    try {
      for (;;) {
        const claim = await keepTrying(take, leaseMs, mode.abort);
        if (claim === null) return claimed;
        claimed = true;
        const allDone = await processAndSettle(claim, mode);
        // A failure of this claim would fail the next one too, while other objects wait for the
        // slot.
        if (!allDone || claim.deliveries.length < CLAIM_LIMIT || mode.stop.aborted) return true;
      }
    } catch (error) {
      // The lease expires and the deliveries are claimed again.
      options.logInboxOutage(error);
      return claimed;
    }
  };

  /** @returns whether every delivery of the claim is finished */
  async function processAndSettle(claim: Claim, mode: RunMode): Promise<boolean> {
    const { runTimeoutMs, fetchesPerSecond: perSecond, logger, logOutage, directory } = options;
    const started = performance.now();
    const extend = () => inbox.extend(claim, { leaseMs, now: now() });
    const held = holdClaim({ extend, leaseMs, runTimeoutMs, stopped: mode.abort });
    const slots = { inbox, perSecond, maxWaitMs: mode.maxSlotWaitMs, now };
    const processor: Processor = {
      ...options.processor,
      freshness: { now, looksMs: options.looksMs, waits: !mode.debounced },
      parentOf: (child) => inbox.parentOf(child),
      beforeFetch: (tenant, signal) => awaitFetch(tenant, claim, slots, signal),
    };
    // One random number per claim: deliveries that fail together retry together and share a fetch.
    const circumstances = {
      random: options.random(),
      pausable: claim.object.tenant !== "",
      retry: options.retry,
    };
    try {
      const { signal } = held;
      const stopped = mode.abort;
      const access = { processor, directory, logger, logOutage, signal, stopped };
      const { deliveries, ...looks } = await processClaim(claim, access);
      if (held.isLost()) {
        // The run that took the rows over settles and reports them.
        logger.warn({ code: "ERR_CLAIM_LOST", ...claim.object }, "lost a claim during its run");
        return false;
      }
      const settled = deliveries.map(({ facts, delivery, result }) =>
        settleResult(delivery, result, {
          ...circumstances,
          facts,
          durationMs: performance.now() - started,
          now: now(),
          stopped: stopped.aborted,
        }),
      );
      const settlements = settled.map(({ settlement }) => settlement);
      const retried = retryOf(claim, looks.refreshError, stopped.aborted);
      const requests = { refreshes: [...looks.refreshes, ...retried], parents: looks.parents };
      await keepTrying(() => inbox.settle(claim, settlements, requests), leaseMs, stopped);
      // Hooks run after the settlement is durable, so that they never report what did not happen.
      for (const { emissions } of settled) for (const emission of emissions) emission(emit);
      return settlements.every(({ state }) => state !== "waiting" && state !== "paused");
    } finally {
      held.end();
    }
  }

  /** The claim's refresh once more, if it failed. */
  function retryOf(
    { object, refresh }: Claim,
    error: JobberSyncError | null,
    stopped: boolean,
  ): readonly ObjectRefresh[] {
    if (refresh === null || error === null) return [];
    const { retry: policy, random, logger, logOutage } = options;
    const failure = { error, policy, now: now(), random: random(), stopped };
    const request = retryRefresh(object, refresh, failure);
    if (!stopped && !LIMIT_CODES.has(error.code)) logOutage(error);
    if (request !== null) return [request];
    logger.error({ code: error.code, err: error, ...object }, "gave up reading an object again");
    return [];
  }
}
