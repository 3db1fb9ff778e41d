import { type Claim, objectKey } from "@jobber-sync/core/ports";
import { changedSettle, type Mutant } from "./mutant.ts";

/** Defects in the comparison of stored times with a clock. */
export const CLOCK_MUTANTS: Readonly<Record<string, Mutant>> = {
  "rows dated by a fast clock wait": {
    rules: [
      "a row accepted by a fast clock is due once the clock is right",
      "a row released by a fast clock is due once the clock is right",
    ],
    defect: (inbox) => ({
      async claim(object, options) {
        const waiting = await inbox.list({ states: ["waiting"] });
        return waiting.some(({ dueAt }) => dueAt > options.now)
          ? null
          : inbox.claim(object, options);
      },
    }),
  },
  "released rows have no delay": {
    rules: ["a released row keeps its delay while the clock is right"],
    defect: (inbox) =>
      changedSettle(inbox, (one) => (one.state === "waiting" ? { ...one, dueAt: 0 } : one)),
  },
  "a claim by a fast clock holds": {
    rules: ["a claim by a fast clock expires once the clock is right"],
    defect: (inbox) => {
      const until = new Map<string, number>();
      return {
        async claim(object, options) {
          if ((until.get(objectKey(object)) ?? 0) > options.now) return null;
          const claim = await inbox.claim(object, options);
          if (claim !== null) until.set(objectKey(object), options.now + options.leaseMs);
          return claim;
        },
      };
    },
  },
  "a claim expires as soon as the clock is set back": {
    rules: ["a claim survives a clock that is set back by seconds"],
    defect: (inbox) => {
      const claims = new Map<string, Claim>();
      return {
        async claim(object, options) {
          const last = claims.get(objectKey(object));
          if (last !== undefined && last.claimedAt > options.now)
            await inbox.extend(last, { leaseMs: 0, now: options.now });
          const claim = await inbox.claim(object, options);
          if (claim !== null) claims.set(objectKey(object), claim);
          return claim;
        },
      };
    },
  },
};
