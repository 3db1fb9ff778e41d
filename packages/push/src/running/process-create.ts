import type { ObjectLink } from "@jobber-sync/core";
import type { ClientNode } from "../documents/nodes.ts";
import type { CreateVerb } from "../verbs/verb.ts";
import { adoptContact } from "./adopt-contact.ts";
import { findCreatedContact, searchContact } from "./find-contact.ts";
import {
  type FindCreated,
  findClientNote,
  findJob,
  findJobNote,
  findProperty,
  findVisit,
} from "./find-created.ts";
import { markerOf } from "./marker.ts";
import { mirrorChange } from "./mirror-change.ts";
import { failed, pushedDetail } from "./process-edit.ts";
import { ask, type IntentRun, type RunResult } from "./run-context.ts";
import { sendMutation } from "./send-mutation.ts";
import { again, forPerson, notFound } from "./settlements.ts";

type Values = Readonly<Record<string, unknown>>;

/** Margin of a look before the time of the send, for clocks that differ. Milliseconds. */
const CLOCKS_DIFFER_MS = 60_000;
/** Delay before an intent looks again at another one that shares a value. Milliseconds. */
const RELATED_MS = 60_000;

const FIND: Readonly<Record<string, FindCreated>> = {
  "property.create": findProperty,
  "job.create": findJob,
  "visit.create": findVisit,
  "contact.note": findClientNote,
  "job.note": findJobNote,
};

/**
 * Applies a create: looks for what exists already, sends once, and looks again when a response is
 * lost.
 */
export async function processCreate(run: IntentRun, verb: CreateVerb): Promise<RunResult | null> {
  const { intent, claim, now, lookAfterMs, outbox } = run;
  const { sentAt, creates, ref, objectType } = intent;
  const { tenant } = claim.object;
  if (sentAt !== null && now() < sentAt + lookAfterMs)
    return { settlement: again(intent, sentAt + lookAfterMs, intent.reason ?? "lost") };
  const parentId = parentOf(run);
  if (parentId === null) return { settlement: forPerson(intent, "no_object") };
  if (creates && ref !== null) {
    const [link] = await outbox.links(tenant, [{ objectType, ref }]);
    if (link !== undefined) return adopt(run, [link.objectId]);
  }
  if (sentAt !== null) return look(run, verb, parentId, sentAt);
  if (intent.verb === "contact.create") {
    const known = await findBeforeCreate(run);
    if (known !== null) return known;
  }
  if (intent.verb === "property.create") {
    const found = await findProperty(asking(run), query(run, parentId, now()));
    if (found.length > 0) return adopt(run, found);
  }
  return create(run, verb, parentId);
}

async function create(
  run: IntentRun,
  verb: CreateVerb,
  parentId: string,
): Promise<RunResult | null> {
  const { intent, claim, store, statusOverrides } = run;
  const { sequence } = intent;
  const position = {
    tenant: claim.object.tenant,
    sequence: await store.nextSequence(),
    statusOverrides,
    intent,
  };
  const variables = verb.variables({ wanted: wantedOf(run), parentId, marker: markerOf(intent) });
  const { root, document } = verb;
  const sent = await sendMutation(run, { root, document, variables });
  if (sent.kind === "lost") return null;
  if (sent.kind === "rejected") {
    const detail = { userErrors: sent.userErrors };
    return { settlement: { sequence, state: "rejected", reason: "user_errors", detail } };
  }
  if (sent.kind !== "payload") return { settlement: failed(run, sent) };
  const node = verb.node(sent.payload);
  if (node === null) return { settlement: failed(run, { kind: "unknown", error: null }) };
  const links = intent.verb === "contact.create" ? propertyLinks(run, node as ClientNode) : [];
  return {
    settlement: {
      ...{ sequence, state: "done", reason: "sent", objectId: node.id, links },
      detail: pushedDetail(verb.objectType, node),
    },
    change: mirrorChange(verb.objectType, node, position),
  };
}

/** Looks for what a lost send has created. */
async function look(
  run: IntentRun,
  verb: CreateVerb,
  parentId: string,
  sentAt: number,
): Promise<RunResult> {
  const { intent, now, outbox, claim } = run;
  const asked = query(run, parentId, sentAt - CLOCKS_DIFFER_MS);
  const isKnown = async (objectId: string) =>
    (await outbox.linkOf(claim.object.tenant, { objectType: "client", objectId })) !== null;
  const find = FIND[intent.verb];
  const found =
    find === undefined
      ? await findCreatedContact(asking(run), asked.wanted, asked.since, isKnown)
      : await find(asking(run), asked);
  if (found.length === 0)
    return { settlement: notFound(intent, { hasMarker: verb.hasMarker, now: now() }) };
  return adopt(run, found);
}

/** Looks for the contact before it is created: other intents first, then Jobber. */
async function findBeforeCreate(run: IntentRun): Promise<RunResult | null> {
  const { intent, claim, outbox, now } = run;
  const { tenant } = claim.object;
  const { matches, sequence } = intent;
  if (matches.length === 0) return null;
  const related = (await outbox.list({ tenant, objectType: "client", matches })).filter(
    (other) => other.creates && other.sequence !== sequence,
  );
  const created = new Set<string>();
  for (const { state, sentAt, objectId, sequence: other } of related) {
    if (state === "done" && objectId !== null) created.add(objectId);
    if (sentAt === null) continue;
    // Whether the other intent has created the contact is unknown: this one could be the second.
    if (state === "check")
      return { settlement: forPerson(intent, "related_in_check", { intents: [other] }) };
    if (state === "paused" || state === "waiting" || state === "uncertain")
      return { settlement: again(intent, now() + RELATED_MS, "related_uncertain") };
  }
  if (created.size > 0) return adopt(run, [...created]);
  const action = wantedOf(run);
  const by = (intent.action.match ?? []) as readonly string[];
  const hits = await searchContact(asking(run), {
    email: by.includes("email") ? action.email : undefined,
    phone: by.includes("phone") ? action.phone : undefined,
  });
  if (hits.clear.length + hits.unclear.length === 0) return null;
  return adopt(run, hits.clear, hits.unclear);
}

/** Adopts the only candidate; leaves several, and unclear ones, to a person. */
async function adopt(
  run: IntentRun,
  clear: readonly string[],
  unclear: readonly string[] = [],
): Promise<RunResult> {
  const { intent } = run;
  const { sequence, sentAt } = intent;
  const [objectId] = clear;
  // Two notes with one marker are the same note: a send that was looked for too early.
  const isNote = !intent.creates;
  if (objectId === undefined || (clear.length > 1 && !isNote) || unclear.length > 0) {
    const detail = { candidates: [...clear, ...unclear] };
    return { settlement: forPerson(intent, "several_matches", detail) };
  }
  const isContact = intent.verb === "contact.create";
  const links = isContact ? await adoptContact(run, asking(run), objectId) : [];
  const reason = sentAt === null ? "adopted" : "sent";
  return { settlement: { sequence, state: "done", reason, objectId, links, detail: null } };
}

/** Returns the id of the object that the new one belongs to; `null` while it is unknown. */
function parentOf({ intent, claim }: IntentRun): string | null {
  if (!intent.creates) return intent.objectId;
  const at = intent.action.at as {
    readonly id: string | null;
    readonly ref: string | null;
    readonly objectType: string;
  } | null;
  if (at === null) return "";
  if (at.id !== null) return at.id;
  const link = claim.links.find(
    ({ objectType, ref }) => objectType === at.objectType && ref === at.ref,
  );
  return link?.objectId ?? null;
}

/** Returns the link of the property that was created together with a contact. */
function propertyLinks({ intent }: IntentRun, node: ClientNode): readonly ObjectLink[] {
  const { property } = intent.action.wanted as { readonly property?: { readonly ref?: string } };
  const created = node.clientProperties?.nodes[0];
  return property?.ref === undefined || created === undefined
    ? []
    : [{ objectType: "property", ref: property.ref, objectId: created.id }];
}

function query(run: IntentRun, parentId: string, since: number) {
  const marker = markerOf(run.intent);
  return { wanted: wantedOf(run), parentId, marker, since: new Date(since).toISOString() };
}

function wantedOf({ intent }: IntentRun): Values {
  return intent.action.wanted as Values;
}

function asking(run: IntentRun) {
  return <Data>(document: string, variables: object) => ask<Data>(run, document, variables);
}
