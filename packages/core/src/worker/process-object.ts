import { setTimeout as delayFor } from "node:timers/promises";
import { JobberSyncError } from "../errors.ts";
import { topicOf } from "../events/topic-of.ts";
import type { Claim, ClaimedDelivery, Inbox, ObjectRef } from "../inbox/inbox.ts";
import type { DeliveryFacts, Emit } from "../observability/lifecycle-events.ts";
import type { Logger } from "../observability/logger.ts";
import type { OutageLog } from "../observability/outage-log.ts";
import type { DeliveryTask, Processor } from "../processing/delivery-task.ts";
import { processDeliveries } from "../processing/process-deliveries.ts";
import { stored } from "../processing/write-change.ts";
import type { TenantDirectory } from "../tenants/tenant-directory.ts";
import { keepTrying } from "./keep-trying.ts";
import { createAdmit } from "./read-task.ts";
import type { RetryPolicy } from "./retry-policy.ts";
import { type SettleableResult, type SettledResult, settleResult } from "./settle-result.ts";

/** What every run needs, checked and complete. */
export interface ProcessObjectOptions {
  readonly inbox: Inbox;
  readonly processor: Omit<Processor, "beforeFetch">;
  /** `null` for a worker that was given no tenants. */
  readonly directory: TenantDirectory | null;
  readonly leaseMs: number;
  readonly fetchesPerSecond: number;
  readonly recheckMs: number;
  readonly runTimeoutMs: number;
  readonly retry: RetryPolicy;
  readonly emit: Emit;
  readonly logger: Logger;
  readonly logOutage: OutageLog;
  readonly now: () => number;
  readonly random: () => number;
}

/** How one run is to behave. */
export interface RunMode {
  /** Nothing is claimed after what the run has in hand. */
  readonly stop: AbortSignal;
  /** Ends the run soon; deliveries that are not done go back. */
  readonly abort: AbortSignal;
  /** How long it waits for a place in the tenant's budget of API calls. Milliseconds. */
  readonly maxBudgetWaitMs: number;
}

// Rows of one claim: more than an object ever has on a common day, so that they share a fetch. A hundred thousand at once would keep SQLite from
// answering for seconds, and no statement could settle them.
const CLAIM_LIMIT = 2048;

/**
 * Works on one object: claim, process, settle; and again where there was more than a claim takes and all of it was done. Never rejects.
 *
 * @returns whether anything was claimed
 */
export type ProcessObject = (object: ObjectRef, mode: RunMode) => Promise<boolean>;

/** Makes the function that works on one object. */
export function createProcessObject(options: ProcessObjectOptions): ProcessObject {
  const { inbox, leaseMs, now, emit } = options;

  return async (object, mode) => {
    const take = () => inbox.claim(object, { leaseMs, now: now(), limit: CLAIM_LIMIT });
    let claimed = false;
    try {
      for (;;) {
        const claim = await keepTrying(take, leaseMs, mode.abort);
        if (claim === null) return claimed;
        claimed = true;
        const allDone = await workOn(claim, mode);
        // What held this claim up would hold up the next one, while others wait for the slot: the rest is found later.
        if (!allDone || claim.deliveries.length < CLAIM_LIMIT || mode.stop.aborted) return true;
      }
    } catch (error) {
      // The claim runs out by itself, and the deliveries are taken again.
      options.logOutage(error);
      return claimed;
    }
  };

  /** @returns whether nothing of it has to be worked on again */
  async function workOn(claim: Claim, mode: RunMode): Promise<boolean> {
    const started = performance.now();
    const hold = holdClaim(claim, mode.abort);
    const settled: SettledResult[] = [];
    // Deliveries that fail together wait equally long, so that they come back together and share a fetch again.
    const random = options.random();
    const settle = (facts: DeliveryFacts, delivery: ClaimedDelivery, result: SettleableResult) => {
      settled.push(
        settleResult(delivery, result, {
          facts,
          durationMs: performance.now() - started,
          now: now(),
          random,
          stopped: mode.abort.aborted,
          pausable: claim.object.tenant !== "",
          recheckMs: options.recheckMs,
          retry: options.retry,
        }),
      );
    };
    try {
      await processClaim(claim, hold.signal, mode, settle);
      if (hold.isLost()) {
        // Another worker has the rows and will tell what became of them.
        options.logger.warn(
          { code: "ERR_CLAIM_LOST", ...claim.object },
          "a claim ran out during its run",
        );
        return false;
      }
      const settlements = settled.map(({ settlement }) => settlement);
      await keepTrying(() => inbox.settle(claim, settlements), leaseMs, mode.abort);
    } finally {
      hold.end();
    }
    // Only now is it true.
    for (const { emissions } of settled) for (const emission of emissions) emission(emit);
    return settled.every(({ settlement: { state } }) => state !== "waiting" && state !== "paused");
  }

  async function processClaim(
    { object, deliveries }: Claim,
    signal: AbortSignal,
    mode: RunMode,
    settle: (facts: DeliveryFacts, delivery: ClaimedDelivery, result: SettleableResult) => void,
  ): Promise<void> {
    const admit = createAdmit(object, options.directory, signal);
    const bySlug = new Map<string, DeliveryTask[]>();
    const deliveryOf = new Map<DeliveryTask, ClaimedDelivery>();
    for (const delivery of deliveries) {
      const admission = await admit(delivery);
      if (admission.kind === "admitted") {
        const { slug, task } = admission;
        deliveryOf.set(task, delivery);
        const group = bySlug.get(slug);
        if (group === undefined) bySlug.set(slug, [task]);
        else group.push(task);
      } else settle({ ...object, topic: null, sequence: delivery.sequence }, delivery, admission);
    }
    const processor: Processor = {
      ...options.processor,
      beforeFetch: (slug, runSignal) => awaitSlot(slug, mode.maxBudgetWaitMs, runSignal),
    };
    for (const [slug, tasks] of bySlug) {
      for (const [task, result] of await processDeliveries(processor, slug, tasks, signal)) {
        const delivery = deliveryOf.get(task);
        const topic = topicOf(task.event);
        if (delivery !== undefined)
          settle({ ...object, tenant: slug, topic, sequence: delivery.sequence }, delivery, result);
      }
    }
  }

  /** Keeps a claim while its run lasts, and says when it has to end. */
  function holdClaim(claim: Claim, stopped: AbortSignal) {
    // Not AbortSignal.any and .timeout: their timers would outlive the run, thousands of them on a busy day.
    const ended = new AbortController();
    let lost = false;
    const abort = () => {
      clearInterval(heartbeat);
      ended.abort();
    };
    const timeout = setTimeout(abort, options.runTimeoutMs);
    const heartbeat = setInterval(() => {
      inbox.extend(claim, { leaseMs, now: now() }).then(
        (held) => {
          if (held) return;
          lost = true;
          abort();
        },
        () => {},
      );
    }, leaseMs / 3);
    stopped.addEventListener("abort", abort, { once: true });
    if (stopped.aborted) abort();
    return {
      signal: ended.signal,
      isLost: () => lost,
      end() {
        clearInterval(heartbeat);
        clearTimeout(timeout);
        stopped.removeEventListener("abort", abort);
      },
    };
  }

  async function awaitSlot(tenant: string, maxWaitMs: number, signal: AbortSignal): Promise<void> {
    const reservation = { perSecond: options.fetchesPerSecond, maxWaitMs, now: now() };
    const waitMs = await stored(() => inbox.acquireSlot(tenant, reservation), signal);
    if (waitMs > maxWaitMs) {
      throw new JobberSyncError(
        "ERR_API_THROTTLED",
        "The tenant's budget of API calls is spent for the moment.",
        { retryAfterMs: waitMs },
      );
    }
    if (waitMs > 0) await delayFor(waitMs, undefined, { signal });
  }
}
