import type { Mutant } from "./mutant.ts";

/** What goes wrong in the budget of API calls. */
export const FETCH_MUTANTS: Readonly<Record<string, Mutant>> = {
  "all tenants share a budget": {
    rules: [
      "spaces API calls over everybody who shares the inbox, and acquires no slot beyond the longest wait",
    ],
    defect: (inbox) => ({
      acquireSlot: (_slug, reservation) => inbox.acquireSlot("", reservation),
    }),
  },
  "everybody who is turned away comes back at once": {
    rules: [
      "sends those whom it turns away back one by one, as far apart as the places",
      "is not blocked by a clock that was set back",
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
  "a long queue is sent far away": {
    rules: ["sends nobody further away than ten minutes"],
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
