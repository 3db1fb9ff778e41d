import { createMemoryOutbox, createMemoryStore } from "@jobber-sync/core";
import { describe, expect, it } from "vitest";
import { createMutantLoader, type Mutant } from "../support/load-mutant.ts";
import { runCreates } from "./creates.ts";
import { runTwoWriters } from "./two-writers.ts";

const PLANNER: Readonly<Record<string, Mutant>> = {
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

const LOOK_UP: Readonly<Record<string, Mutant>> = {
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

describe("the campaigns", () => {
  const load = createMutantLoader();

  it.each(Object.entries(PLANNER))("fail when %s", async (_, mutant) => {
    const { createPush } = await load(mutant);
    await expect(runTwoWriters(150, 1, 0, createPush)).rejects.toThrow("seed");
  });

  it.each(Object.entries(LOOK_UP))("fail when %s", async (_, mutant) => {
    const { createPush } = await load(mutant);
    const open = (now: () => number) => {
      const store = createMemoryStore();
      return { store, outbox: createMemoryOutbox({ store, now }), close() {} };
    };
    const campaign = runCreates({ creates: 400, batch: 20, seed: 1, open, createPush });
    await expect(campaign).rejects.toThrow("seed");
  });
});
