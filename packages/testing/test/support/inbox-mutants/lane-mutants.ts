import { JobberSyncError } from "@jobber-sync/core";
import { type Claim, type Inbox, type ObjectRef, objectKey } from "@jobber-sync/core/ports";
import { changedClaim, type Mutant } from "./mutant.ts";

/** Defects in lanes. */
export const LANE_MUTANTS: Readonly<Record<string, Mutant>> = {
  "a claim ignores the lane": {
    rules: [
      "claim returns null while another claim holds the lane",
      "a claim holds its lane until its last row is settled",
    ],
    defect: (inbox) => {
      const claims = new Map<string, Claim>();
      return {
        async claim(object, options) {
          const last = claims.get(objectKey(object));
          if (last !== undefined) await inbox.extend(last, { leaseMs: 0, now: options.now });
          const claim = await inbox.claim(object, options);
          if (claim !== null) claims.set(objectKey(object), claim);
          return claim;
        },
      };
    },
  },
  "all objects share a lane": {
    rules: ["each object has its own lane"],
    defect: (inbox) => ({
      async claim(object, options) {
        const claimed = await inbox.list({ states: ["claimed"] });
        return claimed.length > 0 ? null : inbox.claim(object, options);
      },
    }),
  },
  "accept waits for the lane": {
    rules: ["accept stores deliveries of an object whose lane is held"],
    defect: (inbox) => ({
      async accept(delivery) {
        if (await isClaimed(inbox, delivery))
          throw new JobberSyncError("ERR_STORE_BUSY", "The lane is held.");
        return inbox.accept(delivery);
      },
    }),
  },
  "released rows keep the lane": {
    rules: ["releasing rows for later frees the lane"],
    defect: (inbox) => {
      const held = new Set<string>();
      return {
        async settle(claim, settlements) {
          await inbox.settle(claim, settlements);
          if (settlements.some(({ state }) => state === "waiting"))
            held.add(objectKey(claim.object));
        },
        claim: async (object, options) =>
          held.has(objectKey(object)) ? null : inbox.claim(object, options),
      };
    },
  },
  "a takeover skips rows that are due since": {
    rules: ["claim takes over an expired lane with its rows and those due since"],
    defect: (inbox) => {
      const seen = new Set<number>();
      return changedClaim(inbox, (claim) => {
        const old = claim.deliveries.filter(({ sequence }) => seen.has(sequence));
        for (const { sequence } of claim.deliveries) seen.add(sequence);
        return old.length > 0 ? { ...claim, deliveries: old } : claim;
      });
    },
  },
  "rows beyond a takeover's limit are lost": {
    rules: ["a takeover leaves rows beyond its limit to the next claim"],
    defect: (inbox) => {
      const seen = new Set<number>();
      return {
        async claim(object, options) {
          const claim = await inbox.claim(object, options);
          if (claim === null) return null;
          const limited = options.limit !== undefined;
          const deliveries = claim.deliveries.filter(
            ({ sequence }) => limited || !seen.has(sequence),
          );
          for (const { sequence } of claim.deliveries) seen.add(sequence);
          return deliveries.length === 0 ? null : { ...claim, deliveries };
        },
      };
    },
  },
};

async function isClaimed(inbox: Inbox, object: ObjectRef): Promise<boolean> {
  const claimed = await inbox.list({ states: ["claimed"] });
  return claimed.some((row) => objectKey(row) === objectKey(object));
}
