import type { Mutant } from "./mutant.ts";

/** Defects in `acquireSlot`. */
export const FETCH_MUTANTS: Readonly<Record<string, Mutant>> = {
  "all tenants share a rate limit": {
    rules: [
      "acquireSlot spaces the calls of all processes and acquires no slot beyond the longest wait",
    ],
    defect: (inbox) => ({
      acquireSlot: (_slug, reservation) => inbox.acquireSlot("", reservation),
    }),
  },
  "rejected callers all retry at the same time": {
    rules: [
      "acquireSlot gives rejected callers retry times one slot apart",
      "acquireSlot works after a clock was set back",
    ],
    defect: () => {
      let next = 0;
      return {
        async acquireSlot(_slug, { perSecond, maxWaitMs, now }) {
          const place = Math.max(next, now);
          if (place - now <= maxWaitMs) next = place + 1000 / perSecond;
          return place - now;
        },
      };
    },
  },
  "a long queue gets unbounded retry times": {
    rules: ["acquireSlot never returns a wait of more than ten minutes"],
    defect: () => {
      let callers = 0;
      return {
        async acquireSlot(_slug, { perSecond }) {
          callers += 1;
          return ((callers - 1) * 1000) / perSecond;
        },
      };
    },
  },
};
