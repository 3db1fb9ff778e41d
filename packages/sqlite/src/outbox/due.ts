import { type Outbox, objectKey, transitions } from "@jobber-sync/core/ports";
import { dueValues, IS_DUE, wholeLimit } from "../inbox/inbox-context.ts";
import { listLanes } from "../inbox/lanes.ts";
import { releaseHeld } from "./links.ts";
import { OPEN, type OutboxContext } from "./outbox-context.ts";

const HAS_HELD = "SELECT 1 FROM jobber_intents WHERE state = 'held' LIMIT 1";

const DUE = `SELECT tenant, object_type AS "objectType", lane AS "objectId" FROM jobber_intents
  INDEXED BY jobber_intents_due
  WHERE ${OPEN} AND lane IS NOT NULL AND (state IN ('claimed', 'sent') OR ${IS_DUE})
  GROUP BY tenant, object_type, lane ORDER BY min(due_at) LIMIT ?`;

interface Row {
  readonly tenant: string;
  readonly objectType: Parameters<typeof objectKey>[0]["objectType"];
  readonly objectId: string;
}

/** Creates `due`. Intents are few, so it reads every one that is open. */
export function createDue({ database }: OutboxContext): Outbox["due"] {
  return async ({ now, limit, exclude = [], excludeTenants = [] }) => {
    if (database.read((connection) => connection.get(HAS_HELD)) !== undefined)
      await database.write((transaction) => releaseHeld(transaction, now));
    return database.read((connection) => {
      const held = listLanes(connection).filter((lane) => transitions.isLaneHeld(lane, now));
      const skipped = new Set([...exclude, ...held].map(objectKey));
      // More than asked for, because some of them are skipped below.
      const most = wholeLimit(limit + skipped.size) + excludeTenants.length * 1000;
      const rows = connection.all<Row>(DUE, ...dueValues(now), most);
      return rows
        .map(({ tenant, objectType, objectId }) => ({ tenant, objectType, objectId }))
        .filter((object) => !skipped.has(objectKey(object)))
        .filter(({ tenant }) => !excludeTenants.includes(tenant))
        .slice(0, limit);
    });
  };
}
