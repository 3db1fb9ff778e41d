import { intentTransitions, type Outbox } from "@jobber-sync/core/ports";
import type { Transaction } from "../database/transaction.ts";
import { OPEN as OPEN_DELIVERY } from "../inbox/inbox-context.ts";
import { freeLane, readLane, takeLane } from "../inbox/lanes.ts";
import { wasResumed } from "../inbox/resume.ts";
import { readIntent, writeIntent } from "./intent-rows.ts";
import { addLink, releaseHeld } from "./links.ts";
import { OPEN, type OutboxContext } from "./outbox-context.ts";

type Claim = Parameters<Outbox["settle"]>[0];

const LEFT = `SELECT 1 FROM jobber_intents INDEXED BY jobber_intents_open
  WHERE tenant = ? AND object_type = ? AND lane = ? AND ${OPEN} AND claim_id = ? LIMIT 1`;

// Deliveries left over from a run that died before this claim took the lane over.
const LEFT_DELIVERIES = `SELECT 1 FROM jobber_deliveries INDEXED BY jobber_deliveries_open
  WHERE tenant = ? AND object_type = ? AND object_id = ? AND ${OPEN_DELIVERY} AND state = 'claimed' LIMIT 1`;

/** A lane that no claim holds, by which the inbox finds the deliveries that are left over. */
const EXPIRED = { claimId: "", until: 0, leaseMs: 0 };

/** Creates `settle`, which follows `settledIntent`. */
export function createSettle(context: OutboxContext): Outbox["settle"] {
  const { database, prepareApply, now: clock, wake } = context;
  return (claim, settlements, change) => {
    const now = clock();
    const apply = change === undefined ? null : prepareApply(change);
    return database.write(
      (transaction) => {
        const { id, object } = claim;
        if (readLane(transaction, object)?.claimId !== id) return false;
        for (const settlement of settlements) settleOne(transaction, claim, settlement, now);
        apply?.(transaction);
        freeWhenSettled(transaction, claim);
        releaseHeld(transaction, now);
        return true;
      },
      { onCommit: wake },
    );
  };
}

function settleOne(
  transaction: Transaction,
  { id, object, claimedAt }: Claim,
  settlement: Parameters<Outbox["settle"]>[1][number],
  now: number,
): void {
  const intent = readIntent(transaction, settlement.sequence);
  if (intent?.claimId !== id) return;
  const { tenant } = object;
  const resumed = settlement.state === "paused" && wasResumed(transaction, tenant, claimedAt, now);
  const times = { now, claimedAt, resumedAt: resumed ? now : null };
  const settled = intentTransitions.settledIntent(intent, settlement, times);
  writeIntent(transaction, settled, "settled", now);
  if (settlement.state !== "done") return;
  for (const link of intentTransitions.linksOf(settled, settlement))
    addLink(transaction, tenant, link);
}

function freeWhenSettled(transaction: Transaction, { id, object }: Claim): void {
  const { tenant, objectType, objectId } = object;
  const key = [tenant, objectType, objectId];
  if (transaction.get(LEFT, ...key, id) !== undefined) return;
  freeLane(transaction, object, id);
  if (transaction.get(LEFT_DELIVERIES, ...key) !== undefined)
    takeLane(transaction, object, EXPIRED);
}
