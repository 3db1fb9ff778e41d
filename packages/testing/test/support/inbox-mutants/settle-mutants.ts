import { changedSettle, type Mutant } from "./mutant.ts";

/** What goes wrong in writing down what became of them. */
export const SETTLE_MUTANTS: Readonly<Record<string, Mutant>> = {
  "attempts are forgotten": {
    rules: ["puts back what is to wait, not to be taken before its time, and remembers the counts"],
    defect: (inbox) =>
      changedSettle(inbox, (one) => (one.state === "waiting" ? { ...one, attempts: 0 } : one)),
  },
  "what is done keeps its reason": {
    rules: ["remembers no reason of what is done"],
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
  "rows that are not named are done": {
    rules: [
      "leaves the rows that it does not name with their claim",
      "offers again what a worker held that died when half of it was settled, and only that",
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
  "a row is settled again": {
    rules: ["settles a row once"],
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
  "all rows of a claim get what the first one gets": {
    rules: ["settles each row of a claim in its own way"],
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
