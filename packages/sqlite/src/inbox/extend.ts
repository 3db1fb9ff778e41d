import type { Inbox } from "@jobber-sync/core/ports";
import type { InboxContext } from "./inbox-context.ts";
import { extendLane } from "./lanes.ts";

/** Creates `extend`. */
export function createExtend({ database }: InboxContext): Inbox["extend"] {
  return ({ id, object }, { leaseMs, now }) => {
    const lane = { claimId: id, until: now + leaseMs, leaseMs };
    return database.write((transaction) => extendLane(transaction, object, lane), {
      withoutSavepoint: true,
      flush: false,
    });
  };
}
