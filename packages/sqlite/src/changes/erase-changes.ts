import { objectKey } from "@jobber-sync/core/ports";
import type { Transaction } from "../database/transaction.ts";
import type { AnyRecord } from "../store/record-table.ts";

const LIST = `SELECT sequence, object_type AS "objectType", object_id AS "objectId" FROM jobber_changes WHERE tenant = ?`;
const ERASE = `UPDATE jobber_changes SET record = ?, replaced = CASE WHEN replaced IS NOT NULL THEN '[]' END, error = NULL
  WHERE sequence = ?`;

interface ListedChange {
  readonly sequence: number;
  readonly objectType: "job" | "client";
  readonly objectId: string;
}

/** Replaces the values in the changes of erased records by what is left of the records. */
export function eraseChanges(
  transaction: Transaction,
  tenant: string,
  records: readonly AnyRecord[],
): void {
  const left = new Map(
    records.map((record) => {
      const isJob = "jobberJobId" in record;
      const objectType = isJob ? ("job" as const) : ("client" as const);
      const objectId = isJob ? record.jobberJobId : record.jobberClientId;
      return [objectKey({ tenant, objectType, objectId }), JSON.stringify(record)];
    }),
  );
  for (const { sequence, ...object } of transaction.all<ListedChange>(LIST, tenant)) {
    const record = left.get(objectKey({ tenant, ...object }));
    if (record !== undefined) transaction.run(ERASE, record, sequence);
  }
}
