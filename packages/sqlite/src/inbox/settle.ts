import type { Claim, Inbox, Settlement } from "@jobber-sync/core/ports";
import type { SqliteValue } from "../database/sqlite-handle.ts";
import type { Transaction } from "../database/transaction.ts";
import { type InboxContext, OPEN, wholeMs } from "./inbox-context.ts";
import { freeLane, takeLane } from "./lanes.ts";
import { writeParent } from "./parents.ts";
import { removeRefresh, requestRefresh } from "./refreshes.ts";
import { wasResumed } from "./resume.ts";

const GUARD = "claim_id = NULL WHERE sequence = ? AND claim_id = ? AND state = 'claimed'";

/** Keeps the message of an earlier failure unless there is a newer one. */
const ERROR = "error = coalesce(?, error)";

const DONE = `UPDATE jobber_deliveries SET state = 'done', reason = NULL, error = NULL, finished_at = ?, ${GUARD}`;

const WAIT = `UPDATE jobber_deliveries SET state = 'waiting', due_at = ?, delay_ms = ?,
  attempts = ?, retries = ?, recheck_since = ?, reason = ?, ${ERROR}, ${GUARD}`;

const PAUSE = `UPDATE jobber_deliveries SET state = 'paused', paused_at = ?,
  attempts = ?, reason = ?, ${ERROR}, ${GUARD}`;

/** Replaces {@link PAUSE} for a tenant that was resumed during the run. */
const RESUMED = `UPDATE jobber_deliveries SET state = 'waiting', due_at = ?, delay_ms = 0,
  attempts = ?, reason = ?, ${ERROR}, ${GUARD}`;

const FAIL = `UPDATE jobber_deliveries SET state = ?, finished_at = ?,
  attempts = ?, reason = ?, ${ERROR}, ${GUARD}`;

// 1 while the claim has rows left, 0 if only rows of an expired claim are left, NULL if none are.
const LEFT = `SELECT max(claim_id = ?) AS own FROM jobber_deliveries INDEXED BY jobber_deliveries_open
  WHERE tenant = ? AND object_type = ? AND object_id = ? AND ${OPEN} AND state = 'claimed'`;

/** A lane that no claim holds, for rows that are left over from an expired claim. */
const EXPIRED = { claimId: "", until: 0, leaseMs: 0 };

/** Creates `settle`, which follows `transitions.settledRow`. */
export function createSettle({ database, now, wake }: InboxContext): Inbox["settle"] {
  const options = { withoutSavepoint: true, flush: false, onCommit: wake };
  return (claim, settlements, { refreshes = [], parents = [] } = {}) => {
    const at = wholeMs(now());
    return database.write((transaction) => {
      if (!settleRows(transaction, claim, settlements, at)) return;
      if (claim.refresh !== null) removeRefresh(transaction, claim.object, claim.refresh);
      for (const request of refreshes) requestRefresh(transaction, request, request, at);
      for (const parent of parents) writeParent(transaction, parent, at);
    }, options);
  };
}

/** @returns whether the lane is still the claim's */
function settleRows(
  transaction: Transaction,
  { id, object, claimedAt }: Claim,
  settlements: readonly Settlement[],
  now: number,
): boolean {
  const lane = freeLane(transaction, object, id);
  if (lane === null) return false;
  const pauses = settlements.some(({ state }) => state === "paused");
  const resumed = pauses && wasResumed(transaction, object.tenant, claimedAt, now);
  for (const settlement of settlements) {
    const [sql, values] = statementFor(settlement, now, resumed);
    transaction.run(sql, ...values, settlement.sequence, id);
  }
  const { tenant, objectType, objectId } = object;
  const left = transaction.get<{ readonly own: number | null }>(
    LEFT,
    id,
    tenant,
    objectType,
    objectId,
  );
  if (left?.own === 1) takeLane(transaction, object, lane);
  else if (left?.own === 0) takeLane(transaction, object, EXPIRED);
  return true;
}

function statementFor(
  settlement: Settlement,
  now: number,
  resumed: boolean,
): readonly [sql: string, values: readonly SqliteValue[]] {
  switch (settlement.state) {
    case "done":
      return [DONE, [now]];
    case "waiting": {
      const { attempts, retries, recheckSince, reason, error = null } = settlement;
      const dueAt = wholeMs(settlement.dueAt);
      const since = recheckSince === null ? null : wholeMs(recheckSince);
      return [WAIT, [dueAt, Math.max(0, dueAt - now), attempts, retries, since, reason, error]];
    }
    case "paused": {
      const { attempts, reason, error = null } = settlement;
      return [resumed ? RESUMED : PAUSE, [now, attempts, reason, error]];
    }
    case "unresolved":
    case "quarantined":
    case "dead": {
      const { state, attempts, reason, error = null } = settlement;
      return [FAIL, [state, now, attempts, reason, error]];
    }
  }
}
