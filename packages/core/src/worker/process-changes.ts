import type { ChangeClaim, ChangeFeed } from "../changes/change-feed.ts";
import type { ClaimedChange } from "../changes/record-change.ts";
import type { JobberSyncError } from "../errors.ts";
import type { ObjectRef } from "../inbox/delivery.ts";
import type { ChangeFacts, Emit } from "../observability/lifecycle-events.ts";
import type { Logger } from "../observability/logger.ts";
import type { OutageLog } from "../observability/outage-log.ts";
import {
  type AnyChangeHandler,
  type ChangeContext,
  type ChangeHandlerMap,
  runChangeHandler,
} from "../processing/change-handlers.ts";
import { createDeliveryLogger } from "../processing/delivery-logger.ts";
import { failed } from "../processing/delivery-task.ts";
import { type HeldClaim, holdClaim } from "./hold-claim.ts";
import { keepTrying } from "./keep-trying.ts";
import type { RunMode } from "./process-object.ts";
import { type ChangeRetryPolicy, type SettledChange, settleChange } from "./settle-change.ts";

/** Dependencies and settings shared by all change runs, validated. */
export interface ProcessChangesOptions {
  readonly feed: ChangeFeed;
  readonly handlers: ChangeHandlerMap;
  readonly leaseMs: number;
  readonly runTimeoutMs: number;
  readonly retry: ChangeRetryPolicy;
  readonly emit: Emit;
  readonly logger: Logger;
  /** Logs a failing feed. */
  readonly logOutage: OutageLog;
  readonly now: () => number;
  readonly random: () => number;
}

/**
 * Handles the due changes of one record in their order. Never rejects.
 *
 * @returns whether anything was claimed
 */
export type ProcessChanges = (
  object: ObjectRef,
  mode: Pick<RunMode, "stop" | "abort">,
) => Promise<boolean>;

// A handler that fails or hangs keeps the ones before it from being settled, and they are repeated
// if the process dies.
const CLAIM_LIMIT = 32;

/** Creates the function that handles the changes of one record. */
export function createProcessChanges(options: ProcessChangesOptions): ProcessChanges {
  const { feed, handlers, leaseMs, runTimeoutMs, now, emit, logger } = options;

  return async (object, { stop, abort }) => {
    const take = () => feed.claim(object, { leaseMs, now: now(), limit: CLAIM_LIMIT });
    let claimed = false;
    try {
      for (;;) {
        const claim = await keepTrying(take, leaseMs, abort);
        if (claim === null) return claimed;
        claimed = true;
        const allDone = await handleAndSettle(claim, abort);
        if (!allDone || claim.changes.length < CLAIM_LIMIT || stop.aborted) return true;
      }
    } catch (error) {
      // The lease expires and the changes are claimed again.
      options.logOutage(error);
      return claimed;
    }
  };

  /** @returns whether every change of the claim is done */
  async function handleAndSettle(claim: ChangeClaim, stopped: AbortSignal): Promise<boolean> {
    const extend = () => feed.extend(claim, { leaseMs, now: now() });
    const held = holdClaim({ extend, leaseMs, runTimeoutMs, stopped });
    try {
      const settled = await handleAll(claim, held, stopped);
      if (held.isLost()) {
        logger.warn({ code: "ERR_CLAIM_LOST", ...claim.object }, "lost a claim during its run");
        return false;
      }
      const settlements = settled.map(({ settlement }) => settlement);
      await keepTrying(() => feed.settle(claim, settlements), leaseMs, stopped);
      // After the settlement is durable, so that hooks never report what did not happen.
      for (const { emission } of settled) emission(emit);
      const done = settlements.filter(({ state }) => state === "done");
      return done.length === claim.changes.length;
    } finally {
      held.end();
    }
  }

  /** Calls the handlers one by one. Ends at the first change that has to be tried again. */
  async function handleAll(
    { object, changes }: ChangeClaim,
    held: HeldClaim,
    stopped: AbortSignal,
  ): Promise<readonly SettledChange[]> {
    const settled: SettledChange[] = [];
    for (const change of changes) {
      if (held.signal.aborted) break;
      const { sequence, objectType, cause } = change;
      const { tenant, objectId } = object;
      const facts = { tenant, objectType, objectId, sequence, cause };
      const started = performance.now();
      const error = await handle(change, facts, held.signal);
      // Interrupted by a stop, which is not the change's failure.
      if (error !== null && (stopped.aborted || held.isLost())) break;
      if (error !== null) logFailure(error, facts, change.attempts + 1);
      const result = settleChange(change, error, {
        facts,
        durationMs: performance.now() - started,
        now: now(),
        random: options.random(),
        retry: options.retry,
      });
      settled.push(result);
      if (result.settlement.state === "waiting") break;
    }
    return settled;
  }

  /** @returns the handler's failure, or `null` */
  async function handle(
    change: ClaimedChange,
    facts: ChangeFacts,
    signal: AbortSignal,
  ): Promise<JobberSyncError | null> {
    const handler: AnyChangeHandler | undefined = handlers.get(change.objectType);
    if (handler === undefined) return null;
    const { attempts, objectType, ...fields } = change;
    // `objectType` names the type of the record and of its handler.
    const context = {
      ...fields,
      attempt: attempts + 1,
      signal,
      logger: createDeliveryLogger(logger, facts),
    } as ChangeContext;
    try {
      await runChangeHandler(handler, objectType, context);
      return null;
    } catch (error) {
      return failed(error).error;
    }
  }

  /** Logs what the handler threw, whole: `err` is the thrown error with its stack and cause. */
  function logFailure(error: JobberSyncError, facts: ChangeFacts, attempt: number): void {
    const err = error.cause instanceof Error ? error.cause : error;
    logger.error({ err, code: error.code, ...facts, attempt }, error.message);
  }
}
