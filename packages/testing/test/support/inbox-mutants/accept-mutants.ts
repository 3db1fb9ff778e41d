import { objectKey } from "@jobber-sync/core/ports";
import type { Mutant } from "./mutant.ts";

/** Defects in `accept`. */
export const ACCEPT_MUTANTS: Readonly<Record<string, Mutant>> = {
  "a known key rejects the delivery": {
    rules: ["accept gives every delivery its own row and a sequence from the store"],
    defect: (inbox) => {
      const seen = new Map<string, number>();
      return {
        async accept(delivery) {
          const sequence = seen.get(delivery.deliveryKey);
          if (sequence !== undefined) return { sequence, outcome: "duplicate" };
          const accepted = await inbox.accept(delivery);
          seen.set(delivery.deliveryKey, accepted.sequence);
          return accepted;
        },
      };
    },
  },
  "nextSequence draws from a sequence of the inbox": {
    rules: ["nextSequence draws from the store's sequence"],
    defect: () => {
      let sequence = 0;
      return { nextSequence: async () => ++sequence };
    },
  },
  "accept always returns accepted": {
    rules: [
      "accept returns accepted, coalesced while a row waits for the object, and duplicate for a known key",
    ],
    defect: (inbox) => ({
      accept: async (delivery) => ({ ...(await inbox.accept(delivery)), outcome: "accepted" }),
    }),
  },
  "keys are compared across tenants": {
    rules: ["accept compares keys within a tenant only"],
    defect: (inbox) => {
      const seen = new Set<string>();
      return {
        async accept(delivery) {
          const accepted = await inbox.accept(delivery);
          const known = seen.has(delivery.deliveryKey);
          seen.add(delivery.deliveryKey);
          return known ? { ...accepted, outcome: "duplicate" } : accepted;
        },
      };
    },
  },
  "claimed rows count as waiting": {
    rules: ["accept does not coalesce with rows that are claimed"],
    defect: (inbox) => ({
      async accept(delivery) {
        const open = await inbox.list({ states: ["waiting", "claimed"] });
        const accepted = await inbox.accept(delivery);
        const waits = open.some((row) => objectKey(row) === objectKey(delivery));
        return waits ? { ...accepted, outcome: "coalesced" } : accepted;
      },
    }),
  },
  "bodies are stored as text": {
    rules: ["accept stores the bytes unchanged"],
    defect: (inbox) => ({
      accept: (delivery) =>
        inbox.accept({
          ...delivery,
          body: new TextEncoder().encode(new TextDecoder().decode(delivery.body)),
        }),
    }),
  },
  "the last delivery of a full batch is lost": {
    rules: ["accept stores concurrent deliveries, each under its own sequence"],
    defect: (inbox) => {
      let count = 0;
      return {
        async accept(delivery) {
          count += 1;
          if (count % 256 !== 0) return inbox.accept(delivery);
          return { sequence: 256_000 + count, outcome: "accepted" };
        },
      };
    },
  },
  "quarantined rows are claimed": {
    rules: ["a quarantined delivery is never claimed"],
    defect: (inbox) => ({ accept: (delivery) => inbox.accept({ ...delivery, state: "waiting" }) }),
  },
  "tenants and types are mixed": {
    rules: ["claim separates objects of different tenants and types"],
    defect: (inbox) => ({
      accept: (delivery) => inbox.accept({ ...delivery, tenant: "acme", objectType: "job" }),
    }),
  },
};
