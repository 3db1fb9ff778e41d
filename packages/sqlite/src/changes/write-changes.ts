import { replacedValues, type UnnumberedChange } from "@jobber-sync/core/ports";
import type { Transaction } from "../database/transaction.ts";

const INSERT = `INSERT INTO jobber_changes (sequence, tenant, object_type, object_id, cause, ref, at, record, replaced,
    initial, due_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/**
 * Writes changes in the transaction of their records. No other transaction writes meanwhile, so
 * that their numbers follow the order of commits.
 *
 * @param now milliseconds since 1970
 */
export function writeChanges(
  transaction: Transaction,
  changes: readonly UnnumberedChange[],
  now: number,
): void {
  for (const { before, after, changed, cause, ref, initial } of changes) {
    const replaced = replacedValues(before, changed);
    const [type, id] =
      "jobberJobId" in after ? ["job", after.jobberJobId] : ["client", after.jobberClientId];
    transaction.run(
      INSERT,
      transaction.nextSequence(),
      after.tenant,
      type,
      id,
      cause,
      ref,
      now,
      JSON.stringify(after),
      replaced === null ? null : JSON.stringify(replaced),
      initial ? 1 : 0,
      now,
    );
  }
}
