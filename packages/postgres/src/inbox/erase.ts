import {
  type DeliveryErasure,
  type Inbox,
  isErased,
  type ObjectRef,
  searchedText,
} from "@jobber-sync/core/ports";
import { runStatement } from "../database/transaction.ts";
import { type InboxContext, nowValue, sequenceArray, transactionNowSql } from "./inbox-context.ts";

/** Rows per look, so that transactions stay small. */
const BATCH_ROWS = 1000;

interface Candidate extends Pick<ObjectRef, "objectType" | "objectId"> {
  readonly sequence: number;
  readonly deliveryKey: string;
  /** In base64. */
  readonly body: string | null;
}

/** Creates `erase`, which follows `transitions.erasedRow`. */
export function createErase(context: InboxContext): Inbox["erase"] {
  const { pool, schema } = context;
  const deliveries = `${schema.quoted}.jobber_deliveries`;
  const names = "position(convert_to($1, 'UTF8') IN body) > 0";
  // The search finds candidates in the database; `isErased` decides.
  const candidates = `
SELECT json_build_object('sequence', sequence, 'objectType', object_type, 'objectId', object_id,
  'deliveryKey', delivery_key, 'body', CASE WHEN NOT $4 AND ${names} THEN encode(body, 'base64') END)::text AS json
FROM ${deliveries}
WHERE tenant = $2 AND sequence > $3 AND state <> 'claimed'
  AND (body IS NOT NULL OR body_sha256 IS NOT NULL OR state <> 'done')
  AND ($4 OR object_type IN ('client', 'job') OR ${names})
ORDER BY sequence LIMIT ${BATCH_ROWS}`;
  // A row that was claimed since it was read is left out.
  const erase = `
UPDATE ${deliveries} SET body = NULL, body_sha256 = NULL, error = NULL,
  reason = CASE WHEN state = 'done' THEN reason ELSE 'erased' END,
  finished_at = CASE WHEN state = 'done' THEN finished_at ELSE ${transactionNowSql("$2")} END, state = 'done'
WHERE sequence = ANY ($1::bigint[]) AND state <> 'claimed' RETURNING sequence::text AS json`;

  return async (erasure) => {
    const { client, now = context.now() } = erasure;
    const keys = new Set<string>();
    let count = 0;
    let last = 0;
    for (;;) {
      const found = await read(erasure, last);
      const chosen = found.filter(({ body, ...row }) =>
        isErased(erasure, { ...row, body: body === null ? null : Buffer.from(body, "base64") }),
      );
      if (chosen.length > 0) {
        const values = [sequenceArray(chosen), nowValue(context, now)];
        count += (await runStatement(pool, erase, values)).length;
      }
      if (client !== undefined) for (const { deliveryKey } of chosen) keys.add(deliveryKey);
      if (found.length < BATCH_ROWS) break;
      last = Math.max(...found.map(({ sequence }) => sequence));
    }
    return { deliveries: count, deliveryKeys: [...keys] };
  };

  function read({ tenant, client }: DeliveryErasure, last: number): Promise<readonly Candidate[]> {
    const text = client === undefined ? "" : searchedText(client);
    return runStatement<Candidate>(pool, candidates, [text, tenant, last, client === undefined]);
  }
}
