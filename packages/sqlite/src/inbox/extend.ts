import type { Inbox } from "@jobber-sync/core/ports";
import type { InboxContext } from "./inbox-context.ts";
import { extendLane } from "./lanes.ts";

/** Creates `extend`. */
export function createExtend({ group }: InboxContext): Inbox["extend"] {
  return ({ id, object }, { leaseMs, now }) => {
    const lane = { claimId: id, until: now + leaseMs, leaseMs };
    return group.write((transaction) => extendLane(transaction, object, lane), {
      withoutSavepoint: true,
    });
  };
}
