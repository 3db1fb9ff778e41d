import type { Inbox, Settlement } from "@jobber-sync/core/ports";
import type { SqliteValue } from "../database/sqlite-handle.ts";
import { type InboxContext, wholeMs } from "./inbox-context.ts";
import { wasResumed } from "./resume.ts";

const GUARD =
  "claim_id = NULL, claimed_until = NULL WHERE sequence = ? AND claim_id = ? AND state = 'claimed'";

const DONE = `UPDATE jobber_deliveries SET state = 'done', reason = NULL, finished_at = ?, ${GUARD}`;

const WAIT = `UPDATE jobber_deliveries
  SET state = 'waiting', due_at = ?, attempts = ?, retries = ?, recheck_since = ?, reason = ?, ${GUARD}`;

const PAUSE = `UPDATE jobber_deliveries SET state = 'paused', paused_at = ?, attempts = ?, reason = ?, ${GUARD}`;

/** Replaces {@link PAUSE} for a tenant that was resumed during the run. */
const RESUMED = `UPDATE jobber_deliveries SET state = 'waiting', due_at = ?, attempts = ?, reason = ?, ${GUARD}`;

const FAIL = `UPDATE jobber_deliveries SET state = ?, finished_at = ?, attempts = ?, reason = ?, ${GUARD}`;

/** Creates `settle`. Rows that the claim no longer holds stay as they are. */
export function createSettle({ group, now, wake }: InboxContext): Inbox["settle"] {
  return ({ id, object, claimedAt }, settlements) => {
    const at = wholeMs(now());
    const pauses = settlements.some(({ state }) => state === "paused");
    return group.write(
      (transaction) => {
        const resumed = pauses && wasResumed(transaction, object.tenant, claimedAt, at);
        for (const settlement of settlements) {
          const [sql, values] = statementFor(settlement, at, resumed);
          transaction.run(sql, ...values, settlement.sequence, id);
        }
      },
      { onCommit: wake },
    );
  };
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
      const { dueAt, attempts, retries, recheckSince, reason } = settlement;
      const since = recheckSince === null ? null : wholeMs(recheckSince);
      return [WAIT, [wholeMs(dueAt), attempts, retries, since, reason]];
    }
    case "paused":
      return [resumed ? RESUMED : PAUSE, [now, settlement.attempts, settlement.reason]];
    case "unresolved":
    case "quarantined":
    case "dead":
      return [FAIL, [settlement.state, now, settlement.attempts, settlement.reason]];
  }
}
