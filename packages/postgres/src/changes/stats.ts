import type { ChangeStats } from "@jobber-sync/core";
import type { ChangeFeed } from "@jobber-sync/core/ports";
import { runStatement } from "../database/transaction.ts";
import { aheadOfClock, nowSql, nowValue } from "../inbox/inbox-context.ts";
import type { FeedContext } from "./feed-context.ts";

/** Creates `stats`. Reads the changes that are not done, one partial index per state. */
export function createStats(context: FeedContext): ChangeFeed["stats"] {
  const half = (state: string) => `
SELECT json_build_object('tenant', tenant, 'state', state, 'rows', count(*), 'oldestAgeMs', round(
  greatest(0, extract(epoch FROM ${nowSql("$1")} + $2::float8 * interval '1 ms' - min(at)) * 1000)))::text AS json
FROM ${context.schema.quoted}.jobber_changes WHERE state = '${state}' GROUP BY tenant, state`;
  const statement = `${half("waiting")} UNION ALL ${half("dead")}`;

  return ({ now = context.now() } = {}) =>
    runStatement<ChangeStats>(context.pool, statement, [
      nowValue(context, now),
      aheadOfClock(context, now),
    ]);
}
