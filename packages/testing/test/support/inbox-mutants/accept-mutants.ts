import { objectKey } from "@jobber-sync/core/ports";
import type { Mutant } from "./mutant.ts";

/** What goes wrong in storing a delivery. */
export const ACCEPT_MUTANTS: Readonly<Record<string, Mutant>> = {
  "a known key is a gate": {
    rules: ["gives every delivery a row and a sequence of its own, from the store's sequence"],
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
  "everything is said to be accepted": {
    rules: [
      "says accepted, then coalesced while work waits for the object, and duplicate for a known key",
    ],
    defect: (inbox) => ({
      accept: async (delivery) => ({ ...(await inbox.accept(delivery)), outcome: "accepted" }),
    }),
  },
  "a key is known whoever sent it": {
    rules: ["knows the same key of another tenant as another delivery"],
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
  "what a run has taken counts as waiting": {
    rules: ["is not coalesced with work that a run has already taken"],
    defect: (inbox) => ({
      async accept(delivery) {
        const open = await inbox.list({ states: ["waiting", "claimed"] });
        const accepted = await inbox.accept(delivery);
        const waits = open.some((row) => objectKey(row) === objectKey(delivery));
        return waits ? { ...accepted, outcome: "coalesced" } : accepted;
      },
    }),
  },
  "bodies are kept as text": {
    rules: ["keeps the bytes as they are"],
    defect: (inbox) => ({
      accept: (delivery) =>
        inbox.accept({
          ...delivery,
          body: new TextEncoder().encode(new TextDecoder().decode(delivery.body)),
        }),
    }),
  },
  "the last one of a full batch is forgotten": {
    rules: ["takes many at once, each under its own sequence"],
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
  "what is quarantined is worked on": {
    rules: ["keeps a quarantined delivery out of work"],
    defect: (inbox) => ({ accept: (delivery) => inbox.accept({ ...delivery, state: "waiting" }) }),
  },
  "tenants and types are mixed up": {
    rules: ["keeps objects of two tenants and of two types apart"],
    defect: (inbox) => ({
      accept: (delivery) => inbox.accept({ ...delivery, tenant: "acme", objectType: "job" }),
    }),
  },
};
