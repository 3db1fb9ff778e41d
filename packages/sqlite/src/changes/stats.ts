import type { ChangeStats } from "@jobber-sync/core";
import type { ChangeFeed } from "@jobber-sync/core/ports";
import { type FeedContext, WAITING } from "./feed-context.ts";

const STATS = `SELECT tenant AS "tenant", state, count(*) AS "rows", max(0, ?1 - min(at)) AS "oldestAgeMs"
    FROM jobber_changes INDEXED BY jobber_changes_line WHERE ${WAITING} GROUP BY tenant
  UNION ALL SELECT tenant, state, count(*), max(0, ?1 - min(at))
    FROM jobber_changes INDEXED BY jobber_changes_dead WHERE state = 'dead' GROUP BY tenant`;

/** Creates `stats`. */
export function createStats({ database, now: clock }: FeedContext): ChangeFeed["stats"] {
  return async ({ now = clock() } = {}) =>
    database
      .read((connection) => connection.all<ChangeStats>(STATS, now))
      .map((row) => ({ ...row }));
}
