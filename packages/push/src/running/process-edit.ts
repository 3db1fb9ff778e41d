import type { IntentSettlement } from "@jobber-sync/core/ports";
import type { JobNode, Nodes, PushObjectType } from "../documents/nodes.ts";
import { viewOf } from "../fields/views.ts";
import { type EditRequest, planEdit } from "../planning/plan-edit.ts";
import type { EditVerb } from "../verbs/verb.ts";
import { isStale, type PushedDetail } from "./is-stale.ts";
import { mirrorChange } from "./mirror-change.ts";
import { readObject } from "./read-object.ts";
import { ask, type IntentRun, type RunResult } from "./run-context.ts";
import { sendMutation } from "./send-mutation.ts";
import { again, forPerson, settleFailure } from "./settlements.ts";

/** Delay before a read that may be stale is repeated. Milliseconds. */
const REREAD_MS = 3000;

/** Applies a change of an object: reads it, compares, and sends what differs. */
export async function processEdit(run: IntentRun, verb: EditVerb): Promise<RunResult | null> {
  const { intent, claim, now, last, lookAfterMs, store } = run;
  const { sequence, objectId, sentAt } = intent;
  if (objectId === null) return { settlement: forPerson(intent, "no_object") };
  // Until then the mutation may still be executed, and a read says nothing.
  if (sentAt !== null && now() < sentAt + lookAfterMs)
    return { settlement: again(intent, sentAt + lookAfterMs, intent.reason ?? "lost") };
  const position = {
    tenant: claim.object.tenant,
    sequence: await store.nextSequence(),
    statusOverrides: run.statusOverrides,
    intent,
  };
  const type = verb.objectType;
  const visits = verb.guards?.includes("visits") === true;
  const node = await readObject(
    (document, variables) => ask(run, document, variables),
    type,
    objectId,
    {
      visits,
    },
  );
  if (isStale(type, node === null ? null : seenNow(type, node), last, now()))
    return { settlement: again(intent, now() + REREAD_MS, "stale_read") };
  const reason = sentAt === null ? "converged" : "sent";
  if (node === null) {
    return verb.deletes === true
      ? { settlement: { sequence, state: "done", reason, objectId, detail: null } }
      : { settlement: forPerson(intent, "object_gone") };
  }
  const plan = planEdit(verb, objectId, node, editRequest(intent));
  if (plan.kind === "converged") {
    const detail = pushedDetail(type, node);
    return {
      settlement: { sequence, state: "done", reason, objectId, detail },
      change: mirrorChange(type, node, position),
    };
  }
  if (plan.kind === "conflict") {
    const { conflicts } = plan;
    return {
      settlement: { sequence, state: "conflict", reason: "changed", detail: { conflicts } },
    };
  }
  const sent = await sendMutation(run, plan.mutation);
  if (sent.kind === "lost") return null;
  if (sent.kind === "rejected") {
    const detail = { userErrors: sent.userErrors };
    return { settlement: { sequence, state: "rejected", reason: "user_errors", detail } };
  }
  if (sent.kind !== "payload") return { settlement: failed(run, sent) };
  const returned = verb.node(sent.payload);
  if (returned === null) {
    return verb.deletes === true
      ? { settlement: { sequence, state: "done", reason: "sent", objectId, detail: null } }
      : { settlement: failed(run, { kind: "unknown", error: null }) };
  }
  const detail = pushedDetail(type, returned);
  return {
    settlement: { sequence, state: "done", reason: "sent", objectId, detail },
    change: mirrorChange(type, returned, position),
  };
}

/** Returns the comparison that a stored intent asks for. */
function editRequest({ action, forced }: IntentRun["intent"]): EditRequest {
  return {
    wanted: action.wanted as EditRequest["wanted"],
    seen: (action.seen as EditRequest["seen"]) ?? null,
    force: forced || action.force === true,
  };
}

/**
 * Settles an intent whose mutation was not executed, or may have been.
 *
 * @param sentBefore when an earlier send whose outcome is still unknown was made; `null` for none
 */
export function failed(
  { intent, now, random, lookAfterMs, signal }: IntentRun,
  { kind, error }: { readonly kind: "unsent" | "unknown"; readonly error: unknown },
  sentBefore: number | null = null,
): IntentSettlement {
  return settleFailure(
    { ...intent, sentAt: sentBefore },
    {
      ...{ error, mayHaveSent: kind === "unknown", stopped: signal.aborted, lookAfterMs },
      ...{ now: now(), random: random() },
    },
  );
}

/** Returns what is kept of an object that Jobber returned. */
export function pushedDetail(
  type: PushObjectType,
  node: Nodes[PushObjectType],
): PushedDetail & Record<string, unknown> {
  const { view, updatedAt } = seenNow(type, node);
  return { values: view as unknown as Readonly<Record<string, unknown>>, updatedAt };
}

function seenNow(type: PushObjectType, node: Nodes[PushObjectType]) {
  const updatedAt = "updatedAt" in node ? (node as JobNode).updatedAt : null;
  return { view: viewOf(type, node), updatedAt };
}
