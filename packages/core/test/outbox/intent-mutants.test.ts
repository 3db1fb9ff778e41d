import { createMemoryInbox, type createMemoryOutbox, createMemoryStore } from "@jobber-sync/core";
import { outboxContract } from "@jobber-sync/testing/contracts";
import { describe, expect, it } from "vitest";
import { createMutantLoader } from "../support/load-mutant.ts";

/** Each breaks one rule of `intent-transitions.ts`: the text, and its replacement. */
const MUTANTS: Readonly<Record<string, readonly [from: string, to: string]>> = {
  "an intent with dependencies does not wait": [
    'dependsOn.length === 0 ? "waiting" : "held"',
    '"waiting"',
  ],
  "a released edit has no object": [
    "objectId: creates ? row.objectId : (objectId ?? row.objectId)",
    "objectId: row.objectId",
  ],
  "creates have the lane of an object": ["creates ? CREATE_LANE : objectId", "objectId"],
  "intents of dead runs are left behind": [
    'if (state === "claimed" || state === "sent") return true;',
    "",
  ],
  "an intent is claimed before it is due": ["return dueAt <= now ||", "return true ||"],
  "a corrected clock delays an intent": ["|| dueAt - delayMs > now + CLOCK_TOLERANCE_MS", ""],
  "a later edit overtakes": [
    "if (!row.creates) return blockers[0]?.dueAt ?? null;",
    "return null;",
  ],
  "a create with the same match overtakes": [
    "return times.length === 0 ? null : Math.max(...times);",
    "return null;",
  ],
  "creates that share a value share a claim": ["if (row.creates) block(row, now);", ""],
  "creates of one ref do not wait": ["...(ref === null ? [] :", "...(ref !== null ? [] :"],
  "an intent that must wait stays due": ["until !== null && until > now", "false"],
  "a claim takes more than its limit": ["&& taken.length < limit", ""],
  "a send leaves no time": ['state: "sent", sentAt: now', 'state: "sent"'],
  "an unsent intent looks sent": ["attempts,\n        sentAt: null,", "attempts,"],
  "a lost response forgets the send": [
    "delayMs: Math.max(0, dueAt - now), looks };",
    "delayMs: Math.max(0, dueAt - now), looks, sentAt: null };",
  ],
  "a resume during the run is lost": ["resumedAt !== null && resumedAt >=", "false && 0 >="],
  "a pause has no end": ["now - pausedAt > MAX_PAUSE_MS)\n    return {", "false)\n    return {"],
  "retention forgets long pauses": [
    'pausedAt !== null && now - pausedAt > MAX_PAUSE_MS) return "check";',
    'false) return "check";',
  ],
  "a done intent is never deleted": ['isOver = state === "done" || state', "isOver = state"],
  "an intent in check is deleted": [
    'const isOver = state === "done" ||',
    'const isOver = state === "check" || state === "done" ||',
  ],
  "a person's adoption needs no check": [
    "if (!row.creates || !ADOPTABLE.has(row.state)) return null;",
    "",
  ],
  "resending keeps the old send": ["sentAt: null, forced:", "forced:"],
  "resending a conflict does not force": ['row.forced || row.state === "conflict"', "row.forced"],
  "what was sent can be cancelled": ["if (!CANCELLABLE.has(row.state) ||", "if (false &&"],
  "an erased intent keeps what identifies it": ["detail: null, matches: [] };", "detail: null };"],
  "an erased intent is still sent": ['...erased, state: "cancelled",', "...erased,"],
  "what a run holds is erased": ['if (state === "claimed" || state === "sent") return null;', ""],
  "a create is not linked": ["creates && ref !== null ?", "false && ref !== null ?"],
};

describe("the outbox contract", () => {
  const load = createMutantLoader<{ readonly createMemoryOutbox: typeof createMemoryOutbox }>(
    "outbox/memory-outbox.ts",
    ["inbox", "outbox", "errors.ts"],
  );

  it.each(Object.entries(MUTANTS))("fails when %s", async (_name, [from, to]) => {
    const mutant = await load({ file: "outbox/intent-transitions.ts", from, to });
    const rules: (() => Promise<void>)[] = [];
    outboxContract({
      describe: (_, body) => body(),
      it: (_, body) => rules.push(body),
      open({ now }) {
        const store = createMemoryStore();
        const lanes = new Map();
        const inbox = createMemoryInbox({ nextSequence: () => store.nextSequence(), lanes, now });
        return {
          store,
          inbox,
          outbox: mutant.createMemoryOutbox({ store, lanes, now }),
          close() {},
        };
      },
    });
    const firstFailure = async () => {
      for (const rule of rules) await rule();
    };
    await expect(firstFailure()).rejects.toThrow();
  });
});
