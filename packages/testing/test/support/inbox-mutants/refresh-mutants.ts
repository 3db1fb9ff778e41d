import { changedClaim, type Mutant, NEVER_MS } from "./mutant.ts";

/** Defects in refreshes. */
export const REFRESH_MUTANTS: Readonly<Record<string, Mutant>> = {
  "refreshes are lost": {
    rules: [
      "a refresh is due at its time, and a claim carries it",
      "listen wakes for a refresh once it is due",
      "a refresh requested by a fast clock is due once the clock is right",
    ],
    defect: () => ({ refresh: async () => {} }),
  },
  "the latest request wins": {
    rules: [
      "requests for one object are merged",
      "concurrent requests for an object leave one refresh",
    ],
    defect: (inbox) => {
      const { refresh } = inbox;
      return {
        refresh: (object, { dueAt }, options) => refresh(object, { dueAt }, options),
      };
    },
  },
  "a claim carries a refresh only once it is due": {
    rules: ["a claim of deliveries carries a refresh that is not due"],
    defect: (inbox) => ({
      async claim(object, options) {
        const claim = await inbox.claim(object, options);
        const isDue = (claim?.refresh?.dueAt ?? NEVER_MS) <= options.now;
        return claim && { ...claim, refresh: isDue ? claim.refresh : null };
      },
    }),
  },
  "settle requests no refreshes": {
    rules: ["settle requests refreshes of its own object and of others"],
    defect: (inbox) => ({ settle: (claim, settlements) => inbox.settle(claim, settlements) }),
  },
  "settle removes whatever refresh there is": {
    rules: ["settle keeps a refresh that was requested during the run"],
    defect: (inbox) => {
      let removed = false;
      return {
        async settle(claim, settlements, options) {
          await inbox.settle(claim, settlements, options);
          removed = true;
        },
        ...changedClaim(inbox, (claim) => (removed ? { ...claim, refresh: null } : claim)),
      };
    },
  },
  "a lost claim requests refreshes": {
    rules: ["a claim that lost its lane changes no refresh"],
    defect: (inbox) => ({
      async settle(claim, settlements, { refreshes = [] } = {}) {
        await inbox.settle(claim, settlements);
        for (const request of refreshes) await inbox.refresh(request, request);
      },
    }),
  },
  "the first parent of an object stays": {
    rules: ["settle remembers parents, and the latest one of an object"],
    defect: (inbox) => {
      const known = new Set<string>();
      return {
        settle: (claim, settlements, { parents = [], ...options } = {}) => {
          const added = parents.filter(({ objectId }) => !known.has(objectId));
          for (const { objectId } of added) known.add(objectId);
          return inbox.settle(claim, settlements, { ...options, parents: added });
        },
      };
    },
  },
  "purge keeps every parent": {
    rules: ["purge forgets parents that were not seen for long"],
    defect: (inbox) => ({
      purge: (options) => inbox.purge({ ...options, parentsAfterMs: NEVER_MS }),
    }),
  },
  "refreshes come before deliveries": {
    rules: ["due lists refreshes after deliveries"],
    defect: (inbox) => ({ due: async (options) => [...(await inbox.due(options))].reverse() }),
  },
};
