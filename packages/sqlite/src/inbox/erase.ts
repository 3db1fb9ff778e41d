import {
  type DeliveryErasure,
  type ErasedDeliveries,
  type Inbox,
  isErased,
  type ObjectRef,
  searchedText,
} from "@jobber-sync/core/ports";
import { emptyLog } from "../database/empty-log.ts";
import { changeRows } from "./change-rows.ts";
import { type InboxContext, wholeMs } from "./inbox-context.ts";

/** Sequences per look, so that deliveries are accepted in between. */
const RANGE = 2000;

const LAST = "SELECT max(sequence) AS last FROM jobber_deliveries";

// `instr` finds candidates without copying their bodies; `isErased` decides.
const CANDIDATES = `SELECT sequence, object_type AS "objectType", object_id AS "objectId", delivery_key AS "deliveryKey",
    CASE WHEN instr(body, CAST(? AS BLOB)) > 0 THEN body END AS body
  FROM jobber_deliveries
  WHERE sequence > ? AND sequence <= ? AND tenant = ? AND (body IS NOT NULL OR body_sha256 IS NOT NULL OR state <> 'done')
    AND state <> 'claimed' AND (? OR object_type IN ('client', 'job') OR instr(body, CAST(? AS BLOB)) > 0)`;

// A row that was claimed since it was read is left out.
const ERASE = `UPDATE jobber_deliveries SET body = NULL, body_sha256 = NULL, error = NULL,
    reason = CASE state WHEN 'done' THEN reason ELSE 'erased' END,
    finished_at = CASE state WHEN 'done' THEN finished_at ELSE ? END, state = 'done'
  WHERE sequence = ? AND state <> 'claimed' RETURNING sequence`;

interface Candidate extends Pick<ObjectRef, "objectType" | "objectId"> {
  readonly sequence: number;
  readonly deliveryKey: string;
  readonly body: Uint8Array | null;
}

/** Creates `erase`, which follows `transitions.erasedRow`. Empties the log afterwards. */
export function createErase({ database, now }: InboxContext): Inbox["erase"] {
  return async (erasure) => {
    const at = wholeMs(erasure.now ?? now());
    const last = database.read((connection) => connection.get<{ last: number | null }>(LAST));
    const keys = new Set<string>();
    let deliveries = 0;
    for (let from = 0; from < (last?.last ?? 0); from += RANGE) {
      const chosen = candidates(erasure, from).filter((row) => isErased(erasure, row));
      if (chosen.length === 0) continue;
      const sequences = chosen.map(({ sequence }) => sequence);
      deliveries += await database.write((transaction) =>
        changeRows(transaction, sequences, ERASE, at),
      );
      if (erasure.client) for (const { deliveryKey } of chosen) keys.add(deliveryKey);
    }
    database.read(emptyLog);
    return { deliveries, deliveryKeys: [...keys] } satisfies ErasedDeliveries;
  };

  function candidates({ tenant, client }: DeliveryErasure, from: number): readonly Candidate[] {
    const text = client === undefined ? "" : searchedText(client);
    const all = client === undefined ? 1 : 0;
    return database.read((connection) =>
      connection.all<Candidate>(CANDIDATES, text, from, from + RANGE, tenant, all, text),
    );
  }
}
