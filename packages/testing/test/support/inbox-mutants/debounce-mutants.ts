import { changedSettle, type Mutant } from "./mutant.ts";

/** Defects in the treatment of deliveries with a delay. */
export const DEBOUNCE_MUTANTS: Readonly<Record<string, Mutant>> = {
  "accept ignores the delay": {
    rules: ["a delivery with a delay is due once the delay is over"],
    defect: (inbox) => ({ accept: (delivery) => inbox.accept({ ...delivery, delayMs: 0 }) }),
  },
  "a claim takes due rows only": {
    rules: ["a claim takes debounced rows along, and no row that failed"],
    defect: (inbox) => ({
      claim: (object, options) => inbox.claim(object, { ...options, limit: 1 }),
    }),
  },
  "a failed row counts as debounced": {
    rules: [
      "a claim takes debounced rows along, and no row that failed",
      "claim and due count debounced rows as due on request, and no row that failed",
    ],
    defect: (inbox) =>
      changedSettle(inbox, (settlement) =>
        settlement.state === "waiting"
          ? { ...settlement, attempts: 0, retries: 0, reason: null }
          : settlement,
      ),
  },
  "due leaves debounced rows out": {
    rules: ["claim and due count debounced rows as due on request, and no row that failed"],
    defect: (inbox) => ({ due: (options) => inbox.due({ ...options, debounced: false }) }),
  },
  "a delay hides a fast clock": {
    rules: ["a delayed row accepted by a fast clock is due once the clock is right"],
    defect: (inbox) => ({
      async due(options) {
        const waiting = await inbox.list({ states: ["waiting"] });
        return waiting.some(({ dueAt }) => dueAt > options.now) ? [] : inbox.due(options);
      },
    }),
  },
};
