import type { createMemoryStore } from "@jobber-sync/core";
import { changeFeedContract } from "@jobber-sync/testing/contracts";
import { describe, expect, it } from "vitest";
import { createMutantLoader, type Mutant } from "../support/load-mutant.ts";

const FEED = "changes/memory-change-feed.ts";
const RULES = "changes/change-rules.ts";
const ROWS = "changes/memory-change-rows.ts";

// Each mutant breaks one rule of the feed. The contract must detect it.
const MUTANTS: Readonly<Record<string, Mutant>> = {
  "changes are written without being enabled": {
    file: FEED,
    from: "if (enabled && changes",
    to: "if (changes",
  },
  "a write that changes nothing is a change": {
    file: "store/record-changes.ts",
    from: "if (before !== null && changed.length === 0) return [];",
    to: "",
  },
  "a change of the source's time only is dropped": {
    file: "store/record-changes.ts",
    from: "changed.length === 0",
    to: "changed.every((name) => name === 'sourceUpdatedAt')",
  },
  "the cause is dropped": {
    file: "store/record-changes.ts",
    from: "      cause,\n",
    to: '      cause: "webhook",\n',
  },
  "the ref is dropped": {
    file: "store/record-changes.ts",
    from: "      ref,\n",
    to: "      ref: null,\n",
  },
  "initial does not say so": {
    file: "store/record-changes.ts",
    from: "initial: true",
    to: "initial: false",
  },
  "a claim ignores the lane": {
    file: FEED,
    from: "first === undefined || isLaneHeld(line.lane, now)",
    to: "first === undefined",
  },
  "due ignores the lane": { file: FEED, from: "            !isLaneHeld(lane, now) &&\n", to: "" },
  "a retried change does not block its record": {
    file: FEED,
    from: "const first = line?.rows[0];",
    to: "const first = line?.rows.find(({ current }) => isChangeDue(current, now));",
  },
  "a retried change is overtaken": {
    file: FEED,
    from: "due.slice(0, limit)",
    to: "due.slice(-limit)",
  },
  "the line of a blocked record stays due": {
    file: FEED,
    from: "rows.update(row, behindChange(row.current, dueAt, now))",
    to: "rows.update(row, row.current)",
  },
  "a lost claim settles": {
    file: FEED,
    from: "if (line?.lane?.claimId !== id) return;",
    to: "if (line === undefined) return;",
  },
  "a lost claim is extended": {
    file: FEED,
    from: "if (line?.lane?.claimId !== id) return false;",
    to: "if (line === undefined) return false;",
  },
  "settle keeps the lane": { file: FEED, from: "      rows.free(line);\n", to: "" },
  "the limit of a claim is ignored": {
    file: FEED,
    from: "due.slice(0, limit)",
    to: "due",
  },
  "a claim takes changes that are not due": {
    file: FEED,
    from: "blocked === -1 ? line.rows : line.rows.slice(0, blocked)",
    to: "line.rows",
  },
  "a line is in order of arrival": {
    file: ROWS,
    from: "if (last !== undefined && bySequence(last, row) > 0)",
    to: "if (last === undefined)",
  },
  "a replay does not say so": {
    file: RULES,
    from: "replay: true };",
    to: "replay: false };",
  },
  "a replay keeps the attempts": {
    file: RULES,
    from: "...committedChange(now), replay: true }",
    to: "...committedChange(now), attempts: row.attempts, replay: true }",
  },
  "a replay covers done changes unasked": {
    file: RULES,
    from: 'return ["dead"];',
    to: 'return ["dead", "done"];',
  },
  "a retried change has no delay": {
    file: RULES,
    from: "dueAt, delayMs: Math.max(0, dueAt - now), attempts",
    to: "dueAt, delayMs: 0, attempts",
  },
  "a retry forgets its attempts": {
    file: RULES,
    from: 'attempts, reason, error };\n    }\n    case "dead"',
    to: 'reason, error };\n    }\n    case "dead"',
  },
  "a dead change waits": {
    file: RULES,
    from: 'state: "dead", attempts',
    to: 'state: "waiting", attempts',
  },
  "the state of a dead change has no error": {
    file: RULES,
    from: 'state: "dead", attempts, reason, error,',
    to: 'state: "dead", attempts, reason,',
  },
  "purge deletes dead changes": {
    file: FEED,
    from: 'if (state !== "done" || now',
    to: 'if (state === "waiting" || now',
  },
  "purge deletes after a day": {
    file: RULES,
    from: "doneAfterMs: 7 * DAY_MS",
    to: "doneAfterMs: DAY_MS",
  },
};

describe("changeFeedContract", () => {
  const load = createMutantLoader<{ readonly createMemoryStore: typeof createMemoryStore }>(
    "store/memory-store.ts",
    ["store", "records", "changes", "inbox", "time"],
  );

  it.each(Object.entries(MUTANTS))("fails when %s", async (_name, mutant) => {
    const mutated = await load(mutant);
    expect(await firstFailure(mutated.createMemoryStore)).not.toBeNull();
  });
});

/** Runs the contract's tests one by one. Returns the name of the first that fails. */
async function firstFailure(create: typeof createMemoryStore): Promise<string | null> {
  const tests: { readonly name: string; readonly run: () => Promise<void> }[] = [];
  changeFeedContract({
    describe: (_name, body) => body(),
    it: (name, run) => tests.push({ name, run }),
    histories: 20,
    open({ now }) {
      const store = create({ now });
      return { store, changes: store.changes, close() {} };
    },
  });
  for (const { name, run } of tests) {
    const passed = await run().then(
      () => true,
      () => false,
    );
    if (!passed) return name;
  }
  return null;
}
