import assert from "node:assert/strict";
import type { Intent, IntentState } from "@jobber-sync/core";
import type {
  IncomingIntent,
  IntentClaim,
  IntentSettlement,
  ObjectRef,
  Outbox,
} from "@jobber-sync/core/ports";
import type { OutboxClock } from "./outbox-rule.ts";

export const LEASE_MS = 15_000;
export const CLIENT_ID = "Z2lkOi8vSm9iYmVyL0NsaWVudC8x";

/** The lane of client 1, and that of creates of clients. */
export const CLIENT: ObjectRef = { tenant: "acme", objectType: "client", objectId: CLIENT_ID };
export const CREATES: ObjectRef = { ...CLIENT, objectId: "+create" };

let keys = 0;

/** Creates an intent that edits client 1, with a key of its own. */
export function edit(clock: OutboxClock, overrides: Partial<IncomingIntent> = {}): IncomingIntent {
  keys += 1;
  return {
    tenant: "acme",
    key: `key-${keys}`,
    objectType: "client",
    objectId: CLIENT_ID,
    ref: null,
    creates: false,
    verb: "contact.edit",
    action: { fields: { firstName: "Ann" } },
    contentHash: "hash of the content",
    dependsOn: [],
    matches: [],
    by: null,
    createdAt: clock.now,
    ...overrides,
  };
}

/** Creates an intent that creates the client `ref`. */
export function create(
  clock: OutboxClock,
  ref: string,
  overrides: Partial<IncomingIntent> = {},
): IncomingIntent {
  return edit(clock, { objectId: null, ref, creates: true, verb: "contact.create", ...overrides });
}

/** Takes a lane. */
export function take(
  outbox: Outbox,
  clock: OutboxClock,
  object: ObjectRef = CLIENT,
): Promise<IntentClaim | null> {
  return outbox.claim(object, { leaseMs: LEASE_MS, now: clock.now });
}

/** Takes a lane that must be free and have work. */
export async function taken(
  outbox: Outbox,
  clock: OutboxClock,
  object: ObjectRef = CLIENT,
): Promise<IntentClaim> {
  const claim = await take(outbox, clock, object);
  assert.ok(claim, "the claim returned null");
  return claim;
}

/** Settles every intent of a claim in the same way. */
export function settleAll(
  outbox: Outbox,
  claim: IntentClaim,
  // biome-ignore lint/suspicious/noExplicitAny: Omit does not distribute over the union
  settlement: any,
): Promise<boolean> {
  const settlements = claim.intents.map(
    ({ sequence }): IntentSettlement => ({ sequence, ...settlement }),
  );
  return outbox.settle(claim, settlements);
}

export const DONE = { state: "done", reason: "sent", objectId: CLIENT_ID, detail: null };
export const CHECK = { state: "check", reason: "several_matches", detail: { candidates: ["1"] } };

/** Returns the only intent with this sequence. */
export async function read(outbox: Outbox, sequence: number): Promise<Intent> {
  const [intent] = await outbox.list({ sequences: [sequence] });
  assert.ok(intent);
  return intent;
}

/** Returns the state of an intent. */
export async function stateOf(outbox: Outbox, sequence: number): Promise<IntentState> {
  return (await read(outbox, sequence)).state;
}

/** Returns the sequences of a claim. */
export function sequencesOf(claim: IntentClaim | null): readonly number[] {
  return claim?.intents.map(({ sequence }) => sequence) ?? [];
}
