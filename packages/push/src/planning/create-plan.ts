import type { IncomingIntent } from "@jobber-sync/core/ports";
import { viewOf } from "../fields/views.ts";
import type { Ask } from "../running/ask.ts";
import { searchContact } from "../running/find-contact.ts";
import { findProperty } from "../running/find-created.ts";
import { markerOf } from "../running/marker.ts";
import { readObject } from "../running/read-object.ts";
import type { EditVerb, Mutation, Verb } from "../verbs/verb.ts";
import { verbOf } from "../verbs/verbs.ts";
import { type FieldConflict, planEdit } from "./plan-edit.ts";

/** The values of a plan. Contain customers' data. */
export interface PlanDetails {
  /** The mutation that would be sent; `null` when none would. */
  readonly mutation: Mutation | null;
  /** Jobber's values; `null` when the object does not exist. */
  readonly current: object | null;
  readonly conflicts: readonly FieldConflict[];
  /** Ids of the objects that would be adopted, or that a person would have to choose from. */
  readonly candidates: readonly string[];
}

/**
 * The effect that a push would have. Printing a plan shows names only; `show()` returns the values,
 * which contain customers' data.
 */
export interface PushPlan {
  readonly verb: string;
  /**
   * `send`: the mutation would be sent. `converged`: Jobber has the values already. `conflict`:
   * they were changed since they were seen. `adopt`: the object exists. `held`: an object that it
   * belongs to has no id yet. `check`: a person would have to decide.
   */
  readonly outcome: "send" | "converged" | "conflict" | "adopt" | "held" | "check";
  /** Root field of the mutation; `null` when none would be sent. */
  readonly mutation: string | null;
  /** Names of the fields that differ. */
  readonly changed: readonly string[];
  show(): PlanDetails;
}

type Values = Readonly<Record<string, unknown>>;

/** Plans an intent: the code of a run, without the send. */
export async function createPlan(
  ask: Ask,
  intent: IncomingIntent,
  { id, parent }: { readonly id: string | null; readonly parent: string | null },
): Promise<PushPlan> {
  const verb = verbOf(intent.verb) as Verb;
  const wanted = intent.action.wanted as Values;
  const nothing = { mutation: null, current: null, conflicts: [], candidates: [] };
  const plan = (
    outcome: PushPlan["outcome"],
    details: Partial<PlanDetails> = {},
    changed: readonly string[] = [],
  ): PushPlan => {
    const shown: PlanDetails = { ...nothing, ...details };
    const { verb: name } = intent;
    return {
      verb: name,
      outcome,
      mutation: shown.mutation?.root ?? null,
      changed,
      show: () => shown,
    };
  };
  if (verb.kind === "edit") return planChange(ask, intent, verb, id, plan);
  const parentId = intent.creates ? parent : id;
  if (parentId === null) return plan("held");
  if (intent.creates && id !== null) return plan("adopt", { candidates: [id] });
  if (intent.verb === "contact.create") {
    const by = intent.action.match as readonly string[];
    const { clear, unclear } = await searchContact(ask, {
      email: by.includes("email") ? wanted.email : undefined,
      phone: by.includes("phone") ? wanted.phone : undefined,
    });
    const candidates = [...clear, ...unclear];
    if (candidates.length > 0)
      return plan(candidates.length === 1 && clear.length === 1 ? "adopt" : "check", {
        candidates,
      });
  }
  const marker = markerOf(intent);
  if (intent.verb === "property.create") {
    const candidates = await findProperty(ask, { wanted, parentId, marker, since: "" });
    if (candidates.length > 0)
      return plan(candidates.length === 1 ? "adopt" : "check", { candidates });
  }
  const variables = verb.variables({ wanted, parentId, marker });
  const mutation = { root: verb.root, document: verb.document, variables };
  return plan("send", { mutation }, Object.keys(wanted));
}

async function planChange(
  ask: Ask,
  { action }: IncomingIntent,
  verb: EditVerb,
  id: string | null,
  plan: (
    outcome: PushPlan["outcome"],
    details?: Partial<PlanDetails>,
    changed?: readonly string[],
  ) => PushPlan,
): Promise<PushPlan> {
  if (id === null) return plan("held");
  const visits = verb.guards?.includes("visits") === true;
  const node = await readObject(ask, verb.objectType, id, { visits });
  if (node === null) return plan(verb.deletes === true ? "converged" : "check");
  const request = {
    wanted: action.wanted as Values,
    seen: action.seen as Values | null,
    force: action.force === true,
  };
  const planned = planEdit(verb, id, node, request);
  const current = viewOf(verb.objectType, node);
  if (planned.kind === "converged") return plan("converged", { current });
  if (planned.kind === "conflict") {
    const { conflicts } = planned;
    return plan(
      "conflict",
      { current, conflicts },
      conflicts.map(({ field }) => field),
    );
  }
  return plan("send", { current, mutation: planned.mutation }, planned.changed);
}
