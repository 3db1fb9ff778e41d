import { changedSettle, type Mutant } from "./mutant.ts";

/** Defects in `settle`. */
export const SETTLE_MUTANTS: Readonly<Record<string, Mutant>> = {
  "attempts are not stored": {
    rules: ["a row settled as waiting keeps its counts and is not claimed before its time"],
    defect: (inbox) =>
      changedSettle(inbox, (one) => (one.state === "waiting" ? { ...one, attempts: 0 } : one)),
  },
  "a done row keeps its reason": {
    rules: ["a row settled as done has no reason"],
    defect: (inbox) => {
      let last: string | null = null;
      return {
        ...changedSettle(inbox, (one) => {
          if (one.state !== "done") last = one.reason;
          return one;
        }),
        list: async (filter) =>
          (await inbox.list(filter)).map((row) => ({ ...row, reason: row.reason ?? last })),
      };
    },
  },
  "a settlement without an error erases the stored one": {
    rules: ["a row shows the error of its last failure until it is done"],
    defect: (inbox) => {
      let last: string | null = null;
      return {
        ...changedSettle(inbox, (one) => {
          last = one.state === "done" ? null : (one.error ?? null);
          return one;
        }),
        list: async (filter) => (await inbox.list(filter)).map((row) => ({ ...row, error: last })),
      };
    },
  },
  "the error of a dead delivery is not stored": {
    rules: ["an error is stored for every state but done, and cleared by a replay"],
    defect: (inbox) =>
      changedSettle(inbox, (one) => (one.state === "dead" ? { ...one, error: null } : one)),
  },
  "unnamed rows become done": {
    rules: [
      "settle leaves unnamed rows with their claim",
      "the unsettled rows of a worker that died halfway are claimed again",
    ],
    defect: (inbox) => ({
      settle(claim, settlements) {
        const named = new Set(settlements.map(({ sequence }) => sequence));
        const others = claim.deliveries.filter(({ sequence }) => !named.has(sequence));
        return inbox.settle(claim, [
          ...settlements,
          ...others.map(({ sequence }) => ({ sequence, state: "done" as const })),
        ]);
      },
    }),
  },
  "a row is settled twice": {
    rules: ["settle settles a row once"],
    defect: (inbox) => ({
      async settle(claim, settlements) {
        const again = settlements
          .filter(({ state }) => state === "waiting")
          .map(({ sequence }) => sequence);
        await inbox.replay({ states: ["dead"], sequences: again });
        await inbox.settle(claim, settlements);
      },
    }),
  },
  "all rows of a claim get the first one's state": {
    rules: ["settle gives each row its own state"],
    defect: (inbox) => ({
      settle: (claim, [first, ...others]) =>
        inbox.settle(
          claim,
          first === undefined
            ? []
            : [first, ...others.map(({ sequence }) => ({ ...first, sequence }))],
        ),
    }),
  },
};
