import type { Claim, ClaimedDelivery, Inbox, Settlement } from "@jobber-sync/core/ports";

/** An inbox with one defect, as somebody has made it or could. */
export interface Mutant {
  /** The rules of the contract that must see it. */
  readonly rules: readonly string[];
  /** What is done wrong, over an inbox that does it right. */
  readonly defect: (inbox: Inbox) => Partial<Inbox>;
}

export const DAY_MS = 24 * 60 * 60_000;

/** So far away that no test gets there. */
export const NEVER_MS = 1000 * DAY_MS;

/** Claims come out changed. */
export function changedClaim(inbox: Inbox, change: (claim: Claim) => Claim): Partial<Inbox> {
  return {
    async claim(object, options) {
      const claim = await inbox.claim(object, options);
      return claim && change(claim);
    },
  };
}

/** The rows of claims come out changed. */
export function changedRows(
  inbox: Inbox,
  change: (row: ClaimedDelivery) => ClaimedDelivery,
): Partial<Inbox> {
  return changedClaim(inbox, (claim) => ({ ...claim, deliveries: claim.deliveries.map(change) }));
}

/** Settlements go in changed. */
export function changedSettle(
  inbox: Inbox,
  change: (settlement: Settlement) => Settlement,
): Partial<Inbox> {
  return { settle: (claim, settlements) => inbox.settle(claim, settlements.map(change)) };
}
