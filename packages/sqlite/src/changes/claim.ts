import { randomUUID } from "node:crypto";
import {
  type ChangeFeed,
  type ClaimedChange,
  changeRules,
  claimedChange,
  type StoredChange,
  transitions,
} from "@jobber-sync/core/ports";
import { dueValues, wholeLimit, wholeMs } from "../inbox/inbox-context.ts";
import { lineOf, readChangeLane, takeChangeLane } from "./change-lanes.ts";
import { type FeedContext, IS_DUE, LINE, WAITING } from "./feed-context.ts";

const ROWS = `FROM jobber_changes INDEXED BY jobber_changes_line WHERE ${LINE} AND ${WAITING}`;

const FIRST = `SELECT sequence, object_type AS "objectType", tenant AS "tenant", cause, ref, at, record, replaced,
    initial, replay, attempts, due_at AS "dueAt", delay_ms AS "delayMs"
  ${ROWS} ORDER BY sequence LIMIT ?`;

const MOVE_BEHIND = `UPDATE jobber_changes SET due_at = ?, delay_ms = ? WHERE sequence IN (
  SELECT sequence ${ROWS} AND ${IS_DUE})`;

/** A row as SQLite returns it: JSON as text, booleans as 0 and 1. */
type ChangeRow = Pick<changeRules.ChangeRowState, "dueAt" | "delayMs"> &
  Omit<StoredChange, "record" | "replaced" | "initial" | "replay"> & {
    readonly record: string;
    readonly replaced: string | null;
    readonly initial: number;
    readonly replay: number;
  };

/** Creates `claim`. */
export function createClaim({ database }: FeedContext): ChangeFeed["claim"] {
  return ({ tenant, objectType, objectId }, { leaseMs, now, limit = Number.POSITIVE_INFINITY }) => {
    const object = { tenant, objectType, objectId };
    const id = randomUUID();
    return database.write(
      (transaction) => {
        if (transitions.isLaneHeld(readChangeLane(transaction, object), now)) return null;
        const rows = transaction.all<ChangeRow>(FIRST, ...lineOf(object), wholeLimit(limit));
        const [first] = rows;
        if (first === undefined) return null;
        if (!changeRules.isChangeDue(first, now)) {
          const delayMs = Math.max(0, first.dueAt - wholeMs(now));
          const values = [...lineOf(object), ...dueValues(now)];
          transaction.run(MOVE_BEHIND, first.dueAt, delayMs, ...values);
          return null;
        }
        takeChangeLane(transaction, object, { claimId: id, until: now + leaseMs, leaseMs });
        const blocked = rows.findIndex((row) => !changeRules.isChangeDue(row, now));
        const due = blocked === -1 ? rows : rows.slice(0, blocked);
        return { id, object, changes: due.map(changeOfRow) };
      },
      { withoutSavepoint: true },
    );
  };
}

function changeOfRow({ dueAt: _, delayMs: __, ...row }: ChangeRow): ClaimedChange {
  return claimedChange({
    ...row,
    record: JSON.parse(row.record),
    replaced: row.replaced === null ? null : JSON.parse(row.replaced),
    initial: row.initial === 1,
    replay: row.replay === 1,
  });
}
