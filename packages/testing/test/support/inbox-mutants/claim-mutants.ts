import { objectKey } from "@jobber-sync/core/ports";
import { changedClaim, type Mutant, NEVER_MS } from "./mutant.ts";

/** Defects in `claim` and `extend`. */
export const CLAIM_MUTANTS: Readonly<Record<string, Mutant>> = {
  "rows are returned newest first": {
    rules: [
      "claim takes every waiting row of the object in the order of sequence, and no other object's",
    ],
    defect: (inbox) =>
      changedClaim(inbox, (claim) => ({ ...claim, deliveries: claim.deliveries.toReversed() })),
  },
  "a claim exceeds its limit": {
    rules: ["claim takes at most `limit` rows, the oldest first"],
    defect: (inbox) => ({
      claim: (object, { leaseMs, now }) => inbox.claim(object, { leaseMs, now }),
    }),
  },
  "a claim takes the newest rows": {
    rules: ["claim takes at most `limit` rows, the oldest first"],
    defect: (inbox) => ({
      async claim(object, { limit, ...options }) {
        const claim = await inbox.claim(object, options);
        if (claim === null || limit === undefined) return claim;
        const rest = { ...claim, deliveries: claim.deliveries.slice(0, -limit) };
        await inbox.settle(
          rest,
          rest.deliveries.map((row) => ({ ...row, state: "waiting", dueAt: row.receivedAt })),
        );
        return { ...claim, deliveries: claim.deliveries.slice(-limit) };
      },
    }),
  },
  "a claim carries the wrong time": {
    rules: ["a claim carries its own time and each row's time of arrival"],
    defect: (inbox) => changedClaim(inbox, (claim) => ({ ...claim, claimedAt: 0 })),
  },
  "a claim has no lease": {
    rules: [
      "concurrent claims never share a row",
      "two listeners process each row of an object once",
    ],
    defect: (inbox) => ({ claim: (object, { now }) => inbox.claim(object, { leaseMs: 0, now }) }),
  },
  "a claim never expires": {
    rules: ["the rows of two workers that died one after the other are claimed again"],
    defect: (inbox) => ({
      claim: (object, { now }) => inbox.claim(object, { leaseMs: NEVER_MS, now }),
    }),
  },
  "rows that arrive during a run are lost": {
    rules: [
      "a row that arrives during a run belongs to the next claim",
      "listen wakes for a row that arrived while another run held the object",
    ],
    defect: (inbox) => ({
      async accept(delivery) {
        const claimed = await inbox.list({ states: ["claimed"] });
        const held = claimed.some((row) => objectKey(row) === objectKey(delivery));
        const reason = "ERR_EVENT_INVALID";
        return inbox.accept(held ? { ...delivery, state: "quarantined", reason } : delivery);
      },
    }),
  },
  "extend succeeds after a takeover": {
    rules: [
      "a claim expires after its lease, and not before",
      "extend fails once the lane was taken over or freed",
    ],
    defect: () => ({ extend: async () => true }),
  },
  "extend does not extend the lease": {
    rules: ["an extended claim does not expire"],
    defect: () => ({ extend: async () => true }),
  },
  "rows of a lost claim are settled": {
    rules: [
      "settle ignores rows that another claim took over",
      "settle ignores a claim whose lane was taken over and freed",
    ],
    defect: (inbox) => {
      const latest = new Map<string, string>();
      return {
        ...changedClaim(inbox, (claim) => {
          latest.set(objectKey(claim.object), claim.id);
          return claim;
        }),
        settle: (claim, settlements) =>
          inbox.settle(
            { ...claim, id: latest.get(objectKey(claim.object)) ?? claim.id },
            settlements,
          ),
      };
    },
  },
  "an expired claim cannot settle": {
    rules: ["an expired claim that was not taken over can still settle"],
    defect: (inbox) => {
      const until = new Map<string, number>();
      return {
        async claim(object, options) {
          const claim = await inbox.claim(object, options);
          if (claim !== null) until.set(claim.id, options.now + options.leaseMs);
          return claim;
        },
        async settle(claim, settlements) {
          if ((until.get(claim.id) ?? 0) > Date.now()) await inbox.settle(claim, settlements);
        },
      };
    },
  },
};
