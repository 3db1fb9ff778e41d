import type { Intent } from "@jobber-sync/core";
import type { IntentClaim, IntentSettlement, ObjectRef } from "@jobber-sync/core/ports";
import type { EmitPush } from "../hooks.ts";
import { verbOf } from "../verbs/verbs.ts";
import { processCreate } from "./process-create.ts";
import { failed, processEdit } from "./process-edit.ts";
import type { IntentRun, RunContext, RunResult } from "./run-context.ts";
import { forPerson } from "./settlements.ts";

/** Dependencies of {@link createRunObject}. */
export interface RunObjectOptions extends RunContext {
  readonly emit: EmitPush;
  /** Has an object read again after it was changed. */
  readonly refresh: (object: ObjectRef) => Promise<void>;
  /** Called with each error that is not the result of an intent: the outbox failed. */
  readonly onError: (error: unknown) => void;
}

// Few, because the intents of a create lane do not depend on one another: the rest is claimed by
// the next run, perhaps elsewhere.
const CLAIM_LIMIT = 16;
const HOOKS = {
  done: "push.done",
  rejected: "push.rejected",
  conflict: "push.conflict",
  check: "push.check",
} as const;

/**
 * Processes the intents of one object. Resolves with whether anything was claimed; never rejects.
 */
export type RunObject = (object: ObjectRef, stopped: AbortSignal) => Promise<boolean>;

/** Creates the function that claims an object, and processes and settles its intents in order. */
export function createRunObject(options: RunObjectOptions): RunObject {
  const { outbox, leaseMs, now, onError } = options;

  return async (object, stopped) => {
    try {
      const claim = await outbox.claim(object, { leaseMs, now: now(), limit: CLAIM_LIMIT });
      if (claim === null) return false;
      const ended = new AbortController();
      const abort = () => ended.abort();
      stopped.addEventListener("abort", abort, { once: true });
      if (stopped.aborted) abort();
      const heartbeat = setInterval(() => {
        outbox.extend(claim, { leaseMs, now: now() }).then(
          (held) => held || abort(),
          // The next heartbeat tries again; the lease outlasts two failures.
          () => {},
        );
      }, leaseMs / 3);
      try {
        await processClaim(options, claim, ended.signal);
      } finally {
        clearInterval(heartbeat);
        stopped.removeEventListener("abort", abort);
      }
      return true;
    } catch (error) {
      // The lease expires, and the intents are claimed again. Not counted as a run: a drain would
      // otherwise repeat it without end.
      onError(error);
      return false;
    }
  };
}

async function processClaim(
  options: RunObjectOptions,
  claim: IntentClaim,
  signal: AbortSignal,
): Promise<void> {
  const { outbox, emit } = options;
  let { last } = claim;
  const rest = [...claim.intents];
  for (let intent = rest.shift(); intent !== undefined; intent = rest.shift()) {
    const result = await processIntent({ ...options, claim, intent, last, signal });
    // Another run has taken the lane over; it settles the intents.
    if (result === null) return;
    const { settlement, change } = result;
    const blocks = !intent.creates && isOpen(settlement);
    const settlements = [settlement, ...(blocks ? rest.splice(0).map(behind(settlement)) : [])];
    if (!(await outbox.settle(claim, settlements, change))) return;
    if (settlement.state === "done" && settlement.reason !== "converged")
      await refreshChanged(options, intent, settlement.objectId);
    if (settlement.state === "done" && settlement.reason === "sent")
      last = { ...intent, detail: settlement.detail, finishedAt: options.now() };
    notify(emit, intent, settlement);
  }
}

/** A refresh that is lost delays the confirmation until the next webhook or reconcile. */
async function refreshChanged(
  { refresh, onError }: RunObjectOptions,
  { tenant, objectType }: Intent,
  objectId: string,
): Promise<void> {
  await refresh({ tenant, objectType, objectId }).catch(onError);
}

async function processIntent(run: IntentRun): Promise<RunResult | null> {
  const { intent, signal } = run;
  const verb = verbOf(intent.verb);
  // An intent of a newer release. A worker of that release continues it.
  if (verb === undefined) return { settlement: forPerson(intent, "unknown_verb") };
  try {
    signal.throwIfAborted();
    return await (verb.kind === "edit" ? processEdit(run, verb) : processCreate(run, verb));
  } catch (error) {
    // Only reads can fail here: what fails after a send is a result.
    return { settlement: failedRead(run, error) };
  }
}

/** Settles an intent whose reads failed; an earlier send of it is still uncertain. */
function failedRead(run: IntentRun, error: unknown): IntentSettlement {
  const { sentAt } = run.intent;
  return failed(run, { kind: "unsent", error }, sentAt);
}

function isOpen({ state }: IntentSettlement): boolean {
  return state === "waiting" || state === "uncertain" || state === "paused";
}

/** Settles an intent that must not overtake the one before it. */
function behind(before: IntentSettlement) {
  return ({ sequence, attempts }: Intent): IntentSettlement => {
    const dueAt = "dueAt" in before ? before.dueAt : 0;
    return before.state === "paused"
      ? { sequence, state: "paused", reason: before.reason, detail: null }
      : { sequence, state: "waiting", dueAt, attempts, reason: "behind_another" };
  };
}

function notify(emit: EmitPush, intent: Intent, settlement: IntentSettlement): void {
  const { state, reason } = settlement;
  if (!(state in HOOKS)) return;
  const { tenant, sequence, key, verb, objectType, ref, by } = intent;
  const objectId = settlement.state === "done" ? settlement.objectId : intent.objectId;
  const event = { tenant, sequence, key, verb, objectType, objectId, ref, by, state, reason };
  emit(HOOKS[state as keyof typeof HOOKS], event);
}
