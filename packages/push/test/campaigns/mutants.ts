import type { Mutant } from "../support/load-mutant.ts";

/** Mutants of the comparison, which `runTwoWriters` must fail. */
export const PLANNER: Readonly<Record<string, Mutant>> = {
  "a conflict is sent": {
    file: "planning/plan-edit.ts",
    from: "if (conflicts.length > 0) return",
    to: "if (conflicts.length > 99) return",
  },
  "what the caller saw is not compared": {
    file: "planning/plan-edit.ts",
    from: "if (force ||",
    to: "if (true ||",
  },
  "the value that Jobber has is sent": {
    file: "planning/plan-edit.ts",
    from: "compared.filter((field) => !same[field]?.(current[field], wanted[field]))",
    to: "compared",
  },
};

/** Mutants of look-up and send, which `runCreates` must fail. */
export const LOOK_UP: Readonly<Record<string, Mutant>> = {
  "a lost send is not looked for": {
    file: "running/process-create.ts",
    from: "if (sentAt !== null) return look(run, verb, parentId, sentAt);",
    to: "",
  },
  "other intents with the same address are not looked at": {
    file: "running/process-create.ts",
    from: "if (created.size > 0) return adopt",
    to: "if (created.size > 99) return adopt",
  },
  "the time of the send is not committed": {
    file: "running/send-mutation.ts",
    from: "await outbox.markSent(claim, intent.sequence, { now: now() })",
    to: "await Promise.resolve(true)",
  },
  "a lost response counts as not sent": {
    file: "running/settlements.ts",
    from: "if (mayHaveSent)\n",
    to: "if (mayHaveSent && sequence < 0)\n",
  },
  "a broken connection counts as not executed": {
    file: "running/send-mutation.ts",
    from: "return NOT_EXECUTED.has(error.code);",
    to: "return true;",
  },
};
