import { setTimeout as delayFor } from "node:timers/promises";
import { isJobberSyncError, JobberSyncError } from "../errors.ts";
import { parseEvent } from "../event/parse-event.ts";
import type { Claim, ClaimedDelivery, Inbox, ObjectRef, Settlement } from "../inbox/inbox.ts";
import type { DeliveryFacts, Emit } from "../lifecycle/lifecycle.ts";
import type { Logger } from "../lifecycle/logger.ts";
import { judgeEvent } from "../receiver/internal/judge-event.ts";
import {
  createTenantDirectory,
  type KnownTenant,
  type TenantDirectory,
} from "../receiver/internal/tenant-directory.ts";
import type { SharedApp, Tenants } from "../receiver/tenants.ts";
import { keepTrying } from "./keep-trying.ts";
import {
  type DeliveryWork,
  type Processor,
  processDeliveries,
  type WorkResult,
} from "./process-deliveries.ts";
import { type RetryPolicy, settleFailure } from "./retry-policy.ts";

/** What a run needs, checked and complete. */
export interface RunOptions extends Omit<Processor, "beforeFetch" | "source" | "statusOverrides"> {
  readonly inbox: Inbox;
  readonly source?: Processor["source"];
  readonly statusOverrides?: Processor["statusOverrides"];
  readonly tenants?: Tenants | undefined;
  readonly app?: SharedApp | undefined;
  readonly leaseMs: number;
  readonly fetchesPerSecond: number;
  readonly recheckMs: number;
  readonly runTimeoutMs: number;
  readonly retry: RetryPolicy;
  readonly emit: Emit;
  readonly logger: Logger;
  readonly now: () => number;
  readonly random: () => number;
  /** Aborts every run. */
  readonly stopped: AbortSignal;
}

// A tenant with a long queue must not keep the others from being worked on.
const MAX_BUDGET_WAIT_MS = 2000;

/** Makes the function that works on one object: claim, process, settle. It never rejects. */
export function createRun(options: RunOptions): (object: ObjectRef) => Promise<void> {
  const { inbox, leaseMs, logger, now, emit } = options;
  const directory =
    options.tenants === undefined ? null : createTenantDirectory(options.tenants, options.app);
  const processor: Processor = {
    store: options.store,
    source: options.source,
    handlers: options.handlers,
    statusOverrides: options.statusOverrides,
    beforeFetch,
  };

  return async (object) => {
    try {
      const take = () => inbox.claim(object, { leaseMs, now: now() });
      const claim = await keepTrying(take, leaseMs, options.stopped);
      if (claim !== null) await work(claim);
    } catch (error) {
      // The claim runs out by itself, and the deliveries are taken again.
      const code = isJobberSyncError(error) ? error.code : undefined;
      logger.error(
        { code, ...object },
        "the inbox failed during a run; its deliveries are taken again when the claim runs out",
      );
    }
  };

  async function work(claim: Claim): Promise<void> {
    const started = performance.now();
    // Not AbortSignal.any and .timeout: their timers would outlive the run, thousands of them on a busy day.
    const ended = new AbortController();
    const { signal } = ended;
    const abort = () => ended.abort();
    options.stopped.addEventListener("abort", abort, { once: true });
    const timeout = setTimeout(abort, options.runTimeoutMs);
    const beat = setInterval(() => {
      inbox.extend(claim, { leaseMs, now: now() }).then(
        (held) => held || abort(),
        () => {},
      );
    }, leaseMs / 3);
    try {
      const settlements: Settlement[] = [];
      const bySlug = new Map<string, DeliveryWork[]>();
      const deliveryOf = new Map<DeliveryWork, ClaimedDelivery>();
      for (const delivery of claim.deliveries) {
        const admitted = await admit(claim.object, delivery, directory);
        if (admitted instanceof JobberSyncError) {
          settlements.push(refuse(claim.object, delivery, admitted, started));
          continue;
        }
        const { slug, ...item } = admitted;
        deliveryOf.set(item, delivery);
        bySlug.set(slug, [...(bySlug.get(slug) ?? []), item]);
      }
      for (const [slug, works] of bySlug) {
        for (const [item, result] of await processDeliveries(processor, slug, works, signal)) {
          const delivery = deliveryOf.get(item);
          if (delivery !== undefined)
            settlements.push(settle(factsOf(claim.object, delivery, item, slug), delivery, result, started));
        }
      }
      await keepTrying(() => inbox.settle(claim, settlements), leaseMs, signal);
    } finally {
      clearInterval(beat);
      clearTimeout(timeout);
      options.stopped.removeEventListener("abort", abort);
    }
  }

  function settle(
    facts: DeliveryFacts,
    delivery: ClaimedDelivery,
    result: WorkResult,
    started: number,
  ): Settlement {
    const { sequence, attempts, retries } = delivery;
    const durationMs = performance.now() - started;
    switch (result.kind) {
      case "processed": {
        const outcomes = [...(result.result?.contacts ?? []), ...(result.result?.jobs ?? [])].map(
          ({ outcome }) => outcome,
        );
        const stale = outcomes.length > 0 && outcomes.every((outcome) => outcome === "stale");
        emit(stale ? "stale" : "processed", { ...facts, durationMs });
        return { sequence, state: "done" };
      }
      case "ignored":
        emit("ignored", { ...facts, reason: result.reason, durationMs });
        return { sequence, state: "done" };
      case "unresolved":
        emit("ignored", { ...facts, reason: "no_source", durationMs });
        return { sequence, state: "unresolved", attempts, reason: "no_source" };
      case "recheck": {
        const dueAt = now() + options.recheckMs;
        return {
          sequence,
          state: "waiting",
          dueAt,
          attempts,
          retries,
          recheckSince: now(),
          reason: "recheck",
        };
      }
      case "failed": {
        if (options.stopped.aborted) return handBack(delivery);
        const settlement = settleFailure(delivery, result.error, options.retry, {
          now: now(),
          random: options.random(),
        });
        const { code } = result.error;
        if (settlement.state === "waiting")
          emit("retried", { ...facts, code, dueAt: settlement.dueAt, durationMs });
        else if (settlement.state !== "done")
          emit("dead", { ...facts, code, state: settlement.state, durationMs });
        return settlement;
      }
    }
  }

  /** The worker stopped in the middle: no failure of the delivery's. */
  function handBack({ sequence, attempts, retries, recheckSince }: ClaimedDelivery): Settlement {
    return { sequence, state: "waiting", dueAt: now(), attempts, retries, recheckSince, reason: "stopped" };
  }

  function refuse(
    object: ObjectRef,
    { sequence, attempts }: ClaimedDelivery,
    error: JobberSyncError,
    started: number,
  ): Settlement {
    const facts = { ...object, topic: null, sequence };
    emit("dead", {
      ...facts,
      code: error.code,
      state: "quarantined",
      durationMs: performance.now() - started,
    });
    return { sequence, state: "quarantined", attempts, reason: error.code };
  }

  async function beforeFetch(clientSlug: string, signal: AbortSignal): Promise<void> {
    const reservation = { perSecond: options.fetchesPerSecond, maxWaitMs: MAX_BUDGET_WAIT_MS, now: now() };
    const waitMs = await inbox.reserveFetch(clientSlug, reservation);
    if (waitMs > MAX_BUDGET_WAIT_MS) {
      throw new JobberSyncError(
        "ERR_API_THROTTLED",
        "The tenant's budget of API calls is spent for the moment.",
        {
          // Spread out: everybody who is turned away now would otherwise come back together.
          retryAfterMs: waitMs * (0.5 + options.random()),
        },
      );
    }
    if (waitMs > 0) await delayFor(waitMs, undefined, { signal });
  }
}

/** Reads a delivery again and checks whose it is. */
async function admit(
  object: ObjectRef,
  { body, deliveryKey, receivedAt, sequence, recheckSince }: ClaimedDelivery,
  directory: TenantDirectory | null,
): Promise<(DeliveryWork & { readonly slug: string }) | JobberSyncError> {
  try {
    const event = parseEvent(body);
    const work = { event, deliveryKey, receivedAt, sequence, rechecked: recheckSince !== null };
    if (directory === null && object.clientSlug !== "") return { ...work, slug: object.clientSlug };
    const viaApp = object.clientSlug === "";
    const tenant = await find(
      viaApp && event.kind === "notice" ? event.accountId : null,
      object.clientSlug,
      directory,
    );
    const error = judgeEvent(event, tenant, viaApp);
    return error ?? { ...work, slug: tenant?.slug ?? object.clientSlug };
  } catch (error) {
    if (isJobberSyncError(error) && error.status === 422) return error;
    throw error;
  }
}

async function find(
  accountId: string | null,
  slug: string,
  directory: TenantDirectory | null,
): Promise<KnownTenant | null> {
  if (directory === null) return null;
  return accountId === null ? directory.bySlug(slug) : directory.byAccount(accountId);
}

function factsOf(
  object: ObjectRef,
  { sequence }: ClaimedDelivery,
  { event }: DeliveryWork,
  clientSlug: string,
): DeliveryFacts {
  const { objectType, objectId } = object;
  return {
    clientSlug,
    objectType,
    objectId,
    topic: event.kind === "notice" ? event.topic : event.event,
    sequence,
  };
}
