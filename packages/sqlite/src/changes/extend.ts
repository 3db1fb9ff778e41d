import type { ChangeFeed } from "@jobber-sync/core/ports";
import { extendChangeLane } from "./change-lanes.ts";
import type { FeedContext } from "./feed-context.ts";

/** Creates `extend`. */
export function createExtend({ database }: FeedContext): ChangeFeed["extend"] {
  return ({ id, object }, { leaseMs, now }) => {
    const lane = { claimId: id, until: now + leaseMs, leaseMs };
    return database.write((transaction) => extendChangeLane(transaction, object, lane), {
      withoutSavepoint: true,
    });
  };
}
