import type { Intent } from "@jobber-sync/core";
import { intentTransitions, type Outbox } from "@jobber-sync/core/ports";
import { emptyLog } from "../database/empty-log.ts";
import type { Transaction } from "../database/transaction.ts";
import { wholeMs } from "../inbox/inbox-context.ts";
import {
  INTENT_COLUMNS,
  type IntentColumns,
  readIntent,
  toIntent,
  writeIntent,
} from "./intent-rows.ts";
import { addLink, releaseHeld } from "./links.ts";
import type { OutboxContext } from "./outbox-context.ts";

const PAUSED = `SELECT ${INTENT_COLUMNS} FROM jobber_intents WHERE tenant = ? AND state = 'paused'`;
const PAUSED_LONG = `SELECT ${INTENT_COLUMNS} FROM jobber_intents WHERE state = 'paused' AND paused_at < ?`;
const NOTE = `INSERT INTO jobber_tenants (tenant, resumed_at) VALUES (?, ?)
  ON CONFLICT (tenant) DO UPDATE SET resumed_at = excluded.resumed_at`;
const OF_TENANT = `SELECT ${INTENT_COLUMNS} FROM jobber_intents WHERE tenant = ? AND state NOT IN ('claimed', 'sent')`;
const OVER = `SELECT sequence FROM jobber_intents
  WHERE state IN ('done', 'cancelled') AND finished_at < ? LIMIT 1000`;
const DELETE = [
  "DELETE FROM jobber_intents WHERE sequence = ?",
  "DELETE FROM jobber_intent_log WHERE sequence = ?",
];
const DELETE_MATCHES =
  "DELETE FROM jobber_intent_matches WHERE tenant = ? AND match = ? AND sequence = ?";

/** Creates the operations that end or continue intents without a claim. */
export function createDecisions({
  database,
  now: clock,
  wake,
}: OutboxContext): Pick<Outbox, "resolve" | "resume" | "erase" | "purge"> {
  return {
    resolve(sequence, decision, { now = clock() } = {}) {
      return database.write(
        (transaction) => {
          const intent = readIntent(transaction, sequence);
          const resolved =
            intent === null ? null : intentTransitions.resolvedIntent(intent, decision, now);
          if (resolved === null) return false;
          writeIntent(transaction, resolved, "resolved", now);
          const { state, objectType, ref, objectId, tenant } = resolved;
          if (state === "done" && ref !== null && objectId !== null)
            addLink(transaction, tenant, { objectType, ref, objectId });
          releaseHeld(transaction, now);
          return true;
        },
        { onCommit: wake },
      );
    },

    resume(tenant, { now = clock() } = {}) {
      return database.write(
        (transaction) => {
          transaction.run(NOTE, tenant, wholeMs(now));
          return continueAll(transaction, transaction.all<IntentColumns>(PAUSED, tenant), now);
        },
        { onCommit: wake },
      );
    },

    async erase(erasure) {
      const now = erasure.now ?? clock();
      const erased = await database.write((transaction) => {
        const rows = transaction.all<IntentColumns>(OF_TENANT, erasure.tenant);
        const chosen = rows
          .map(toIntent)
          .filter((row) => intentTransitions.isErasedIntent(row, erasure));
        const empty = chosen.flatMap((row) => {
          for (const match of row.matches)
            transaction.run(DELETE_MATCHES, row.tenant, match, row.sequence);
          return intentTransitions.erasedIntent(row, now) ?? [];
        });
        for (const row of empty) writeIntent(transaction, row, "settled", now);
        return empty.length;
      });
      database.read(emptyLog);
      return erased;
    },

    async purge({ now = clock(), doneAfterMs = intentTransitions.DONE_AFTER_MS } = {}) {
      await database.write((transaction) => {
        const since = wholeMs(now - intentTransitions.MAX_PAUSE_MS);
        continueAll(transaction, transaction.all<IntentColumns>(PAUSED_LONG, since), now);
      });
      const before = Number.isFinite(doneAfterMs) ? wholeMs(now - doneAfterMs) : 0;
      for (let deleted = 0; ; ) {
        const batch = await database.write((transaction) => {
          const rows = transaction.all<Pick<Intent, "sequence">>(OVER, before);
          for (const { sequence } of rows) deleteIntent(transaction, sequence);
          return rows.length;
        });
        deleted += batch;
        if (batch === 0) return deleted;
      }
    },
  };
}

function continueAll(
  transaction: Transaction,
  rows: readonly IntentColumns[],
  now: number,
): number {
  for (const row of rows)
    writeIntent(transaction, intentTransitions.resumedIntent(toIntent(row), now), "settled", now);
  return rows.length;
}

function deleteIntent(transaction: Transaction, sequence: number): void {
  const intent = readIntent(transaction, sequence);
  for (const match of intent?.matches ?? [])
    transaction.run(DELETE_MATCHES, intent?.tenant ?? "", match, sequence);
  for (const sql of DELETE) transaction.run(sql, sequence);
}
