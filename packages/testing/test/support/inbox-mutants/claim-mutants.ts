import { objectKey } from "@jobber-sync/core/ports";
import { changedClaim, type Mutant, NEVER_MS } from "./mutant.ts";

/** What goes wrong in taking rows. */
export const CLAIM_MUTANTS: Readonly<Record<string, Mutant>> = {
  "the newest row comes first": {
    rules: [
      "takes every waiting row of the object, in the order of sequence, and no other object's",
    ],
    defect: (inbox) =>
      changedClaim(inbox, (claim) => ({ ...claim, deliveries: claim.deliveries.toReversed() })),
  },
  "a claim takes more than it is told": {
    rules: ["takes the oldest rows, at most `limit`, and leaves the others"],
    defect: (inbox) => ({
      claim: (object, { leaseMs, now }) => inbox.claim(object, { leaseMs, now }),
    }),
  },
  "a claim takes the newest rows": {
    rules: ["takes the oldest rows, at most `limit`, and leaves the others"],
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
  "a claim does not say when it was taken": {
    rules: ["says when it was taken, and when each row came"],
    defect: (inbox) => changedClaim(inbox, (claim) => ({ ...claim, claimedAt: 0 })),
  },
  "a claim has no lease": {
    rules: [
      "gives a row to one claim only, however many ask at once",
      "lets two listeners run one object, each row once",
    ],
    defect: (inbox) => ({ claim: (object, { now }) => inbox.claim(object, { leaseMs: 0, now }) }),
  },
  "a claim never runs out": {
    rules: ["offers the rows of two workers that died one after the other"],
    defect: (inbox) => ({
      claim: (object, { now }) => inbox.claim(object, { leaseMs: NEVER_MS, now }),
    }),
  },
  "rows that arrive during a run are lost": {
    rules: [
      "leaves a row that arrives during a run to the next claim",
      "wakes for a row that arrived while another run held the object",
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
  "a claim that was taken over is said to hold": {
    rules: [
      "runs out when nobody extends it, and not before",
      "extends nothing once the lane was taken over or freed",
    ],
    defect: () => ({ extend: async () => true }),
  },
  "a claim is not prolonged": {
    rules: ["holds while it is extended"],
    defect: () => ({ extend: async () => true }),
  },
  "rows of a lost claim are settled": {
    rules: [
      "settles nothing that was taken over",
      "settles nothing for a claim whose lane was taken over and freed",
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
  "what ran out is rejected though nobody took it over": {
    rules: ["is still good when it has run out and nobody has taken over"],
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
