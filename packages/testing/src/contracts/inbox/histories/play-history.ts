import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { Claim, ClaimedRefresh, Inbox, ObjectRef, Settlement } from "@jobber-sync/core/ports";
import { objectKey } from "@jobber-sync/core/ports";
import { delivery } from "../deliveries.ts";
import type { HistoryRefresh, HistoryStep } from "./history.ts";
import { InboxModel, type ModelRow } from "./inbox-model.ts";

const START = Date.parse("2026-01-25T10:00:00Z");

/** The clock of a group of histories. Milliseconds since 1970. */
export interface HistoryClock {
  now: number;
}

/** Creates the clock of a group at its beginning. */
export function createHistoryClock(): HistoryClock {
  return { now: START };
}

/** Reads the due objects of all histories at the current step. */
export type ReadDue = (debounced: boolean) => Promise<readonly ObjectRef[]>;

/** Plays the steps of one history. */
export interface HistoryPlayer {
  readonly model: InboxModel;
  /**
   * Performs the call of a step and compares its return value with the model. Leaves waiting to the
   * owner of the clock.
   *
   * @throws {AssertionError} at the first difference
   */
  play(step: HistoryStep, readDue: ReadDue): Promise<void>;
}

/**
 * Creates the player of one history.
 *
 * @param tenant a tenant without deliveries
 * @param clock the clock that the inbox uses
 */
export function createHistoryPlayer(
  inbox: Inbox,
  tenant: string,
  clock: HistoryClock,
): HistoryPlayer {
  const model = new InboxModel();
  const claims: Claim[] = [];
  /** The model's revisions of the refreshes that claims carry. */
  const revisions = new Map<string, number | undefined>();

  return {
    model,
    play: playStep,
  };

  async function playStep(step: HistoryStep, readDue: ReadDue): Promise<void> {
    const { now } = clock;
    switch (step.call) {
      case "accept":
        return accept(step);
      case "claim":
        return claim(step);
      case "extend": {
        const known = claims.at(-1 - step.claim);
        if (known === undefined) return;
        const options = { leaseMs: step.leaseMs, now };
        const expected = model.extend(known.object, known.id, options);
        strictEqual(await inbox.extend(known, options), expected, "result of extend");
        return;
      }
      case "settle":
        return settle(step);
      case "refresh": {
        const { request, object } = refreshOf(step.object, step.request);
        model.refresh({ ...object, ...request }, now);
        return inbox.refresh(object, request, { now });
      }
      case "replay": {
        const { states, limit } = step;
        const expected = model.replay(states, limit, now);
        const replayed = await inbox.replay({ tenant, states, limit }, { now });
        strictEqual(replayed, expected, "number of replayed deliveries");
        return;
      }
      case "discard": {
        const { states, limit } = step;
        const expected = model.discard(states, limit);
        const discarded = await inbox.discard({ tenant, states, limit });
        strictEqual(discarded, expected, "number of discarded deliveries");
        return;
      }
      case "resume":
        strictEqual(await inbox.resume(tenant, { now }), model.resume(now), "resumed deliveries");
        return;
      case "due": {
        const { debounced } = step;
        const due = await readDue(debounced);
        const own = due.filter((object) => object.tenant === tenant).map(objectKey);
        deepStrictEqual(own.sort(), model.due(now, debounced), "due objects");
        return;
      }
      case "wait":
    }
  }

  async function accept({
    object,
    key,
    state,
    ageMs,
    delayMs,
  }: Extract<HistoryStep, { call: "accept" }>): Promise<void> {
    const reason = state === "quarantined" ? "ERR_EVENT_INVALID" : null;
    const receivedAt = clock.now - ageMs;
    const overrides = { receivedAt, delayMs, state, reason, deliveryKey: `key-${key}` };
    const row = delivery("", { ...objectOf(object), ...overrides });
    const { sequence, outcome } = await inbox.accept(row);
    strictEqual(outcome, model.accept(row, sequence), "outcome of accept");
  }

  async function claim({
    object,
    leaseMs,
    limit,
    debounced,
  }: Extract<HistoryStep, { call: "claim" }>): Promise<void> {
    const ref = objectOf(object);
    const options = { leaseMs, now: clock.now, limit, debounced };
    const expected = model.claimable(ref, options);
    const claimed = await inbox.claim(ref, options);
    deepStrictEqual(
      claimed?.deliveries.map(({ body: _, deliveryKey: __, ...row }) => ({ ...row })) ?? [],
      expected.map(claimedRow),
      "rows of the claim",
    );
    strictEqual(claimed !== null, model.starts(ref, options), "whether there is a claim");
    if (claimed === null) return;
    const refresh = model.refreshOf(ref);
    deepStrictEqual(claimed.refresh && unrevised(claimed.refresh), refresh && unrevised(refresh));
    revisions.set(claimed.id, refresh?.revision);
    strictEqual(claimed.claimedAt, clock.now, "claimedAt");
    model.claim(ref, claimed.id, options);
    claims.push(claimed);
  }

  async function settle(step: Extract<HistoryStep, { call: "settle" }>): Promise<void> {
    const known = claims.at(-1 - step.claim);
    if (known === undefined) return;
    const { now } = clock;
    const settlements = known.deliveries.flatMap(
      ({ sequence, attempts, retries }, index): readonly Settlement[] => {
        const result = step.results[index % step.results.length];
        if (result === undefined || result.state === "skip") return [];
        if (result.state === "done") return [{ sequence, state: result.state }];
        const error = attempts % 2 === 0 ? `error ${index}` : undefined;
        const counts = { sequence, attempts: attempts + 1, reason: `result ${index}`, error };
        if (result.state !== "waiting") return [{ ...counts, state: result.state }];
        const waits = {
          sequence,
          state: result.state,
          dueAt: now + result.delayMs,
          recheckSince: now,
        };
        return result.rechecks
          ? [{ ...waits, attempts, retries, reason: "recheck" }]
          : [{ ...waits, ...counts, retries: retries + 1 }];
      },
    );
    const refreshes = step.refreshes.map(([index, given]) => {
      const { object, request } = refreshOf(index, given);
      return { ...object, ...request };
    });
    await inbox.settle(known, settlements, { refreshes });
    const revision = revisions.get(known.id);
    const changes = { settlements, refreshes, revision };
    model.settle(known.object, known.id, changes, { now, claimedAt: known.claimedAt });
  }

  function refreshOf(index: number, { inMs, lastInMs, ...given }: HistoryRefresh) {
    const { now } = clock;
    return {
      object: objectOf(index),
      request: { ...given, dueAt: now + inMs, lastAt: now + lastInMs },
    };
  }

  function objectOf(index: number): ObjectRef {
    return { tenant, objectType: "job", objectId: `${tenant}-${index}` };
  }
}

function claimedRow([sequence, { receivedAt, current }]: readonly [number, ModelRow]) {
  const { startedAt, attempts, retries, recheckSince, pausedMs, reason } = current;
  return { sequence, receivedAt, startedAt, attempts, retries, recheckSince, pausedMs, reason };
}

function unrevised({
  dueAt,
  lastAt,
  accountId,
  since,
  occurredAt,
  missingSince,
  retries,
}: ClaimedRefresh) {
  return { dueAt, lastAt, accountId, since, occurredAt, missingSince, retries };
}
