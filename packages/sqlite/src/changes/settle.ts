import type { ChangeFeed, ChangeSettlement } from "@jobber-sync/core/ports";
import type { Transaction } from "../database/transaction.ts";
import { wholeMs } from "../inbox/inbox-context.ts";
import { freeChangeLane } from "./change-lanes.ts";
import type { FeedContext } from "./feed-context.ts";

const DONE = `UPDATE jobber_changes SET state = 'done', reason = NULL, error = NULL, finished_at = ?
  WHERE sequence = ? AND state = 'waiting'`;
const RETRY = `UPDATE jobber_changes SET due_at = ?, delay_ms = ?, attempts = ?, reason = ?, error = ?
  WHERE sequence = ? AND state = 'waiting'`;
const DEAD = `UPDATE jobber_changes SET state = 'dead', attempts = ?, reason = ?, error = ?, finished_at = ?
  WHERE sequence = ? AND state = 'waiting'`;

/** Creates `settle`, which follows `changeRules.settledChange`. */
export function createSettle({ database, now, wake }: FeedContext): ChangeFeed["settle"] {
  return ({ id, object }, settlements) => {
    const at = wholeMs(now());
    return database.write(
      (transaction) => {
        if (!freeChangeLane(transaction, object, id)) return;
        for (const settlement of settlements) settleChange(transaction, settlement, at);
      },
      { withoutSavepoint: true, onCommit: wake },
    );
  };
}

function settleChange(transaction: Transaction, settlement: ChangeSettlement, now: number): void {
  const { sequence, state } = settlement;
  if (state === "done") {
    transaction.run(DONE, now, sequence);
    return;
  }
  const { attempts, reason, error } = settlement;
  if (state === "dead") {
    transaction.run(DEAD, attempts, reason, error, now, sequence);
    return;
  }
  const dueAt = wholeMs(settlement.dueAt);
  transaction.run(RETRY, dueAt, Math.max(0, dueAt - now), attempts, reason, error, sequence);
}
