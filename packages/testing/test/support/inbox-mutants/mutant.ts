import type { Claim, ClaimedDelivery, Inbox, Settlement } from "@jobber-sync/core/ports";

/** An inbox with one realistic defect. */
export interface Mutant {
  /** The rules of the contract that must detect the defect. */
  readonly rules: readonly string[];
  /** Wraps a correct inbox and adds the defect. */
  readonly defect: (inbox: Inbox) => Partial<Inbox>;
}

export const DAY_MS = 24 * 60 * 60_000;

/** A time that no test reaches. */
export const NEVER_MS = 1000 * DAY_MS;

/** Changes the claims that an inbox returns. */
export function changedClaim(inbox: Inbox, change: (claim: Claim) => Claim): Partial<Inbox> {
  return {
    async claim(object, options) {
      const claim = await inbox.claim(object, options);
      return claim && change(claim);
    },
  };
}

/** Changes the rows of the claims that an inbox returns. */
export function changedRows(
  inbox: Inbox,
  change: (row: ClaimedDelivery) => ClaimedDelivery,
): Partial<Inbox> {
  return changedClaim(inbox, (claim) => ({ ...claim, deliveries: claim.deliveries.map(change) }));
}

/** Changes the settlements that an inbox receives. */
export function changedSettle(
  inbox: Inbox,
  change: (settlement: Settlement) => Settlement,
): Partial<Inbox> {
  return { settle: (claim, settlements) => inbox.settle(claim, settlements.map(change)) };
}
