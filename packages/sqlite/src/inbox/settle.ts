import type { Claim, Settlement } from "@jobber-sync/core/ports";
import type { SqliteValue } from "../database/sqlite-handle.ts";
import type { Transaction } from "../database/transaction.ts";
import { wasResumed } from "./resume.ts";
import { wholeMs } from "./row-states.ts";

const GUARD =
  "claim_id = NULL, claimed_until = NULL WHERE sequence = ? AND claim_id = ? AND state = 'claimed'";

const DONE = `UPDATE jobber_deliveries SET state = 'done', reason = NULL, finished_at = ?, ${GUARD}`;

const WAIT = `UPDATE jobber_deliveries
  SET state = 'waiting', due_at = ?, attempts = ?, retries = ?, recheck_since = ?, reason = ?, ${GUARD}`;

const PAUSE = `UPDATE jobber_deliveries SET state = 'paused', paused_at = ?, attempts = ?, reason = ?, ${GUARD}`;

const GO_ON = `UPDATE jobber_deliveries SET state = 'waiting', due_at = ?, attempts = ?, reason = ?, ${GUARD}`;

const PARK = `UPDATE jobber_deliveries SET state = ?, finished_at = ?, attempts = ?, reason = ?, ${GUARD}`;

/** Writes down what became of the rows of a claim. One that the claim no longer holds is left alone. */
export function settleClaim(
  { id, object, claimedAt }: Claim,
  settlements: readonly Settlement[],
  now: number,
): (transaction: Transaction) => void {
  const at = wholeMs(now);
  const pauses = settlements.some(({ state }) => state === "paused");
  return (transaction) => {
    const pause = pauses && wasResumed(transaction, object.tenant, claimedAt, at) ? GO_ON : PAUSE;
    for (const settlement of settlements) {
      const [sql, values] = statementFor(settlement, at, pause);
      transaction.run(sql, ...values, settlement.sequence, id);
    }
  };
}

function statementFor(
  settlement: Settlement,
  now: number,
  pause: string,
): [sql: string, values: readonly SqliteValue[]] {
  switch (settlement.state) {
    case "done":
      return [DONE, [now]];
    case "waiting": {
      const { dueAt, attempts, retries, recheckSince, reason } = settlement;
      const since = recheckSince === null ? null : wholeMs(recheckSince);
      return [WAIT, [wholeMs(dueAt), attempts, retries, since, reason]];
    }
    case "paused":
      return [pause, [now, settlement.attempts, settlement.reason]];
    case "unresolved":
    case "quarantined":
    case "dead":
      return [PARK, [settlement.state, now, settlement.attempts, settlement.reason]];
  }
}
