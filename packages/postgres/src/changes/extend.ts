import type { ChangeFeed } from "@jobber-sync/core/ports";
import { runStatement } from "../database/transaction.ts";
import { nowSql, nowValue } from "../inbox/inbox-context.ts";
import type { FeedContext } from "./feed-context.ts";

/** Creates `extend`: prolongs the lease of a lane that is still the claim's. */
export function createExtend(context: FeedContext): ChangeFeed["extend"] {
  const statement = `
UPDATE ${context.schema.quoted}.jobber_change_lanes
SET until = ${nowSql("$5")} + $6::float8 * interval '1 ms', lease_ms = $6::float8
WHERE tenant = $1 AND object_type = $2 AND object_id = $3 AND claim_id = $4
RETURNING 'true' AS json`;

  return async ({ id, object }, { leaseMs, now }) => {
    const { tenant, objectType, objectId } = object;
    const values = [tenant, objectType, objectId, id, nowValue(context, now), leaseMs];
    return (await runStatement(context.pool, statement, values)).length === 1;
  };
}
