import { CLOCK_TOLERANCE_MS } from "../inbox/transitions.ts";
import type { IncomingIntent, Intent, IntentState, ObjectLink } from "./intent.ts";
import type { IntentDecision, IntentErasure, IntentSettlement } from "./outbox.ts";

/** Object id of the lane in which a tenant's intents create objects of one type. */
export const CREATE_LANE = "+create";

const DAY_MS = 24 * 60 * 60_000;
/** Longest pause. Afterwards a person has to decide whether the change is still wanted. */
export const MAX_PAUSE_MS = 7 * DAY_MS;
/** Default retention of finished intents. Milliseconds. */
export const DONE_AFTER_MS = 90 * DAY_MS;

/**
 * The rules for intents, as pure functions. Every outbox calls them.
 *
 * | operation | from | to | also |
 * |---|---|---|---|
 * | put | – | `waiting` | due at once |
 * | put | – | `held` | while an object it depends on has no id |
 * | release | `held` | `waiting` | once all have, due at once |
 * | claim | `waiting`, `uncertain`, due | `claimed` | `sentAt` is set if it was sent |
 * | claim | `claimed`, `sent`, lane expired | `claimed` | by the new claim |
 * | markSent | `claimed` | `sent` | `sentAt` is now |
 * | settle | `claimed`, `sent` | `waiting` | nothing was sent: no `sentAt` |
 * | settle | `claimed`, `sent` | `uncertain` | `sentAt` stays |
 * | settle | `claimed`, `sent` | `done`, `rejected`, `conflict`, `check` | finished now |
 * | settle | `claimed`, `sent` | `paused` | `waiting`, if resumed since the claim |
 * | resume | `paused` | `waiting`, `check` | by the length of the pause |
 * | erase | any but `claimed`, `sent` | `cancelled`, `done` stays | no action, no detail |
 * | resolve | see `Outbox.resolve` | `done`, `waiting`, `cancelled` | |
 */
export function acceptedIntent(incoming: IncomingIntent, sequence: number): Intent {
  const { createdAt, dependsOn } = incoming;
  return {
    ...incoming,
    sequence,
    state: dependsOn.length === 0 ? "waiting" : "held",
    reason: null,
    attempts: 0,
    looks: 0,
    dueAt: createdAt,
    delayMs: 0,
    sentAt: null,
    forced: false,
    detail: null,
    pausedAt: null,
    finishedAt: null,
    claimId: null,
  };
}

/** The intent once the objects it depends on have ids. `objectId` is its own object's, if known. */
export function releasedIntent<R extends Intent>(row: R, objectId: string | null, now: number): R {
  const { creates } = row;
  return {
    ...row,
    state: "waiting",
    dueAt: now,
    delayMs: 0,
    objectId: creates ? row.objectId : (objectId ?? row.objectId),
  };
}

/** Returns the object id of an intent's lane; `null` while it has none. */
export function laneOf({ creates, objectId }: Pick<Intent, "creates" | "objectId">): string | null {
  return creates ? CREATE_LANE : objectId;
}

/** The columns that decide which intents of a lane a claim takes. */
export type LaneIntent = Pick<
  Intent,
  "sequence" | "state" | "dueAt" | "delayMs" | "creates" | "ref" | "matches"
>;

const OPEN: ReadonlySet<IntentState> = new Set(["waiting", "claimed", "sent", "uncertain"]);

/** Whether the intent waits for a run or is in one. */
export function isOpen({ state }: Pick<Intent, "state">): boolean {
  return OPEN.has(state);
}

/** Whether a claim may take the intent, given that no unexpired claim holds the lane. */
export function isIntentReady(
  { state, dueAt, delayMs }: Pick<Intent, "state" | "dueAt" | "delayMs">,
  now: number,
): boolean {
  if (state === "claimed" || state === "sent") return true;
  if (state !== "waiting" && state !== "uncertain") return false;
  return dueAt <= now || dueAt - delayMs > now + CLOCK_TOLERANCE_MS;
}

/** The intents a claim takes, and those that must wait for an earlier one. */
export interface TakenIntents {
  readonly taken: readonly number[];
  /** Intents that are due, but not before the one that they wait for. */
  readonly postponed: readonly { readonly sequence: number; readonly dueAt: number }[];
}

/**
 * Selects the intents that a claim takes from the open ones of a lane: never one while an earlier
 * one that it must not overtake is still open.
 *
 * @param open the lane's open intents, ascending by sequence
 */
export function takeIntents(open: readonly LaneIntent[], now: number, limit: number): TakenIntents {
  const taken: number[] = [];
  const postponed: { sequence: number; dueAt: number }[] = [];
  const blockers: { readonly row: LaneIntent; readonly dueAt: number }[] = [];
  const byName = new Map<string, number>();
  /** The due time of the earlier intent that `row` must not overtake; `null` for none. */
  const blockedUntil = (row: LaneIntent): number | null => {
    if (!row.creates) return blockers[0]?.dueAt ?? null;
    const times = namesOf(row).flatMap((name) => byName.get(name) ?? []);
    return times.length === 0 ? null : Math.max(...times);
  };
  for (const row of open) {
    const until = blockedUntil(row);
    const ready = isIntentReady(row, now);
    if (ready && until === null && taken.length < limit) {
      taken.push(row.sequence);
      // One run sends the intents of an object one after the other. Of two creates that share a
      // value, the outcome of the first decides about the second, so they never share a claim.
      if (row.creates) block(row, now);
      continue;
    }
    if (ready && until !== null && until > now)
      postponed.push({ sequence: row.sequence, dueAt: until });
    block(row, Math.max(row.dueAt, until ?? 0));
  }
  return { taken, postponed };

  function block(row: LaneIntent, dueAt: number): void {
    blockers.push({ row, dueAt });
    for (const name of namesOf(row)) byName.set(name, Math.max(dueAt, byName.get(name) ?? 0));
  }
}

function namesOf({ ref, matches }: LaneIntent): readonly string[] {
  return [...matches.map((match) => `match:${match}`), ...(ref === null ? [] : [`ref:${ref}`])];
}

/** The intent once a claim has taken it. */
export function claimedIntent<R extends Intent>(row: R, claimId: string): R {
  return { ...row, state: "claimed", claimId };
}

/** The intent once its run has committed that it is about to send. */
export function sentIntent<R extends Intent>(row: R, now: number): R {
  return { ...row, state: "sent", sentAt: now };
}

/** Circumstances of a settlement. Milliseconds since 1970. */
export interface IntentTimes {
  readonly now: number;
  /** See `IntentClaim.claimedAt`. */
  readonly claimedAt: number;
  /** When the tenant was resumed last; `null` for never. */
  readonly resumedAt: number | null;
}

/** The intent once its claim has settled it. */
export function settledIntent<R extends Intent>(
  row: R,
  settlement: IntentSettlement,
  { now, claimedAt, resumedAt }: IntentTimes,
): R {
  const settled = { ...row, claimId: null, reason: settlement.reason };
  switch (settlement.state) {
    case "waiting": {
      const { state, dueAt, attempts } = settlement;
      return {
        ...settled,
        state,
        dueAt,
        delayMs: Math.max(0, dueAt - now),
        attempts,
        sentAt: null,
      };
    }
    case "uncertain": {
      const { state, dueAt, looks } = settlement;
      return { ...settled, state, dueAt, delayMs: Math.max(0, dueAt - now), looks };
    }
    case "paused":
      return resumedAt !== null && resumedAt >= Math.min(claimedAt, now)
        ? { ...settled, state: "waiting", dueAt: now, delayMs: 0 }
        : { ...settled, state: "paused", pausedAt: now };
    case "done": {
      const { state, objectId, detail } = settlement;
      return { ...settled, state, objectId, detail, finishedAt: now };
    }
    case "rejected":
    case "conflict":
    case "check": {
      const { state, detail } = settlement;
      return { ...settled, state, detail, finishedAt: now };
    }
  }
}

/** The intent after its tenant was resumed. An uncertain one is still looked at first. */
export function resumedIntent<R extends Intent>(row: R, now: number): R {
  const { pausedAt } = row;
  if (pausedAt !== null && now - pausedAt > MAX_PAUSE_MS)
    return { ...row, state: "check", reason: "paused_too_long", finishedAt: now, pausedAt: null };
  return { ...row, state: "waiting", dueAt: now, delayMs: 0, pausedAt: null };
}

const ADOPTABLE: ReadonlySet<IntentState> = new Set(["uncertain", "check", "conflict", "rejected"]);
const RESENDABLE: ReadonlySet<IntentState> = new Set(["rejected", "conflict", "check", "paused"]);
const CANCELLABLE: ReadonlySet<IntentState> = new Set([
  ...["held", "waiting", "paused", "rejected", "conflict", "check"],
] as IntentState[]);

/** The intent after a person's decision; `null` when its state does not allow it. */
export function resolvedIntent<R extends Intent>(
  row: R,
  decision: IntentDecision,
  now: number,
): R | null {
  switch (decision.action) {
    case "adopt": {
      if (!row.creates || !ADOPTABLE.has(row.state)) return null;
      const { objectId } = decision;
      return { ...row, state: "done", reason: "adopted", objectId, finishedAt: now };
    }
    case "resend":
      if (!RESENDABLE.has(row.state)) return null;
      return {
        ...row,
        ...{ state: "waiting", reason: "resent", attempts: 0, looks: 0, dueAt: now, delayMs: 0 },
        ...{ sentAt: null, forced: row.forced || row.state === "conflict" },
        ...{ detail: null, pausedAt: null, finishedAt: null },
      };
    case "cancel":
      // An intent that may have been sent cannot be withdrawn: it is looked at until it is known.
      if (!CANCELLABLE.has(row.state) || (row.state === "waiting" && row.sentAt !== null))
        return null;
      return { ...row, state: "cancelled", reason: "cancelled", finishedAt: now, pausedAt: null };
  }
}

/** The intent without its contents; `null` for one that a run holds, or that has none. */
export function erasedIntent<R extends Intent>(row: R, now: number): R | null {
  const { state, action, detail } = row;
  if (state === "claimed" || state === "sent") return null;
  if (Object.keys(action).length === 0 && detail === null) return null;
  const erased = { ...row, action: {}, detail: null, matches: [] };
  if (state === "done" || state === "cancelled") return erased;
  return { ...erased, state: "cancelled", reason: "erased", finishedAt: now, pausedAt: null };
}

/** Whether an erasure covers an intent. */
export function isErasedIntent(
  row: Pick<Intent, "tenant" | "objectType" | "objectId">,
  { tenant, objects }: Pick<IntentErasure, "tenant" | "objects">,
): boolean {
  const same = (a: string, b: string) => a.replace(/=+$/, "") === b.replace(/=+$/, "");
  return (
    row.tenant === tenant &&
    (objects === undefined ||
      objects.some(
        ({ objectType, objectId }) =>
          row.objectType === objectType && row.objectId !== null && same(row.objectId, objectId),
      ))
  );
}

/** Returns the links that a `done` settlement creates: the object's own, and those it names. */
export function linksOf(
  { creates, objectType, ref }: Pick<Intent, "creates" | "objectType" | "ref">,
  { objectId, links = [] }: Extract<IntentSettlement, { state: "done" }>,
): readonly ObjectLink[] {
  return creates && ref !== null ? [{ objectType, ref, objectId }, ...links] : links;
}

/** Decides how retention treats the intent; `check`: it was paused for too long. */
export function intentRetention(
  { state, pausedAt, finishedAt }: Pick<Intent, "state" | "pausedAt" | "finishedAt">,
  { now, doneAfterMs }: { readonly now: number; readonly doneAfterMs: number },
): "keep" | "check" | "delete" {
  if (state === "paused" && pausedAt !== null && now - pausedAt > MAX_PAUSE_MS) return "check";
  const isOver = state === "done" || state === "cancelled";
  return isOver && finishedAt !== null && now - finishedAt > doneAfterMs ? "delete" : "keep";
}
