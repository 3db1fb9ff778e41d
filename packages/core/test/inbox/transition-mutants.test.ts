import type { createMemoryInbox } from "@jobber-sync/core";
import { checkInboxHistories } from "@jobber-sync/testing/contracts";
import { describe, expect, it } from "vitest";
import { createMutantLoader } from "../support/load-mutant.ts";

/** Each breaks one rule of `transitions.ts`: the text, and its replacement. */
const MUTANTS: Readonly<Record<string, readonly [from: string, to: string]>> = {
  "an accepted row is due later": [
    "dueAt: receivedAt + delayMs,",
    "dueAt: receivedAt + delayMs + 1,",
  ],
  "an accepted row has another delay": [
    "delayMs,\n    startedAt: receivedAt,",
    "delayMs: Infinity,\n    startedAt: receivedAt,",
  ],
  "a failed row counts as debounced": [
    "attempts === 0 && retries === 0 && reason === null",
    "true",
  ],
  "a claim leaves debounced rows": [
    ".filter(({ current }) => isReady(current, now) || joinsRun(current))",
    ".filter(({ current }) => isReady(current, now))",
  ],
  "a claim leaves rows that are rechecked": [
    'return isDebounced(row) || (row.reason === "recheck" &&',
    'return isDebounced(row) || (row.reason === "" &&',
  ],
  "a debounced row starts a claim": ["(debounced && isDebounced(current))", "isDebounced(current)"],
  "an accepted row's age starts elsewhere": ["startedAt: receivedAt,", "startedAt: 0,"],
  "a quarantined arrival is not finished": [
    'finishedAt: state === "quarantined" ? receivedAt : null,',
    "finishedAt: null,",
  ],
  "a held lane is free": ["lane !== null && lane.until > now", "lane !== null && false"],
  "a lane never expires": ["lane.until > now &&", "lane.until > 0 &&"],
  "a lane set by a fast clock is held": [" <= now + CLOCK_TOLERANCE_MS", " < Infinity"],
  "a row is ready before it is due": ["return dueAt <= now ||", "return true ||"],
  "a row dated by a fast clock waits": [
    "|| dueAt - delayMs > now + CLOCK_TOLERANCE_MS",
    "|| dueAt < 0",
  ],
  "a delayed row counts as dated by a fast clock": ["dueAt - delayMs >", "dueAt >"],
  "rows of an expired claim are not ready": ['return state === "claimed";', "return false;"],
  "a claimed row keeps its old claim": [
    'return { ...row, state: "claimed", claimId };',
    'return { ...row, state: "claimed", claimId: row.claimId ?? claimId };',
  ],
  "a settled row keeps its claim": [
    "const settled = { ...row, claimId: null, error };",
    "const settled = { ...row, error };",
  ],
  "a settled row forgets its error": ["claimId: null, error };", "claimId: null };"],
  "a row without a newer error loses its error": [
    "settlement.error ?? row.error",
    "settlement.error ?? null",
  ],
  "a done row keeps its error": [
    'settlement.state === "done" ? null : (settlement.error ?? row.error)',
    '(settlement.state === "done" ? null : settlement.error) ?? row.error',
  ],
  "a done row keeps its reason": ['state: "done", reason: null,', 'state: "done",'],
  "a done row is not finished": ["reason: null, finishedAt: now }", "reason: null }"],
  "a released row is due at once": [
    "const { state, dueAt, attempts, retries, recheckSince, reason } = settlement;",
    "const { state, attempts, retries, recheckSince, reason } = settlement; const dueAt = now;",
  ],
  "a released row has no delay": [
    "} = settlement;\n      const delayMs = Math.max(0, dueAt - now);",
    "} = settlement;\n      const delayMs = 0;",
  ],
  "a refresh is due later after another request": ["dueAt < stored.dueAt", "true"],
  "a refresh keeps the delay of another request": [
    "delayMs: isEarlier ? delayMs : stored.delayMs,",
    "delayMs,",
  ],
  "a refresh forgets its last time": ["Math.max(stored.lastAt, lastAt)", "lastAt"],
  "a refresh forgets its account": ["accountId ?? stored.accountId", "accountId"],
  "a refresh forgets its first look": ["latest(stored.since, since)", "since"],
  "a refresh forgets the change": ["latest(stored.occurredAt, occurredAt)", "occurredAt"],
  "a refresh is missing later": ["stored.missingSince ?? missingSince", "missingSince"],
  "a refresh forgets its failures": ["Math.max(stored.retries, retries)", "retries"],
  "a released row forgets its counts": [
    "state, dueAt, delayMs, attempts, retries, recheckSince, reason };",
    "state, dueAt, delayMs, recheckSince, reason };",
  ],
  "a released row forgets when it was rechecked": [
    "attempts, retries, recheckSince, reason };\n    }",
    "attempts, retries, reason };\n    }",
  ],
  "a resume before the claim counts": ["resumedAt >= Math.min(claimedAt, now)", "resumedAt >= 0"],
  "a resume during the run is lost": [
    "resumedAt !== null && resumedAt >=",
    "false && resumedAt >=",
  ],
  "a paused row does not know since when": ['state: "paused", pausedAt: now,', 'state: "paused",'],
  "a failed row forgets why": [
    "return { ...settled, state, finishedAt: now, attempts, reason };",
    "return { ...settled, state, finishedAt: now, attempts };",
  ],
  "a failed row is not finished": [
    "state, finishedAt: now, attempts, reason }",
    "state, attempts, reason }",
  ],
  "a replay forgets why a row was quarantined": [
    'reason: row.state === "quarantined" ? row.reason : null,',
    "reason: null,",
  ],
  "a replay keeps the error": [
    "error: null,\n    attempts: 0,\n    retries: 0,\n    recheckSince: null,\n    dueAt: now,",
    "attempts: 0,\n    retries: 0,\n    recheckSince: null,\n    dueAt: now,",
  ],
  "a replay keeps the counts": [
    "attempts: 0,\n    retries: 0,\n    recheckSince: null,\n    dueAt: now,",
    "dueAt: now,",
  ],
  "a replay keeps the age": ["startedAt: now,", "startedAt: row.startedAt,"],
  "a replay keeps the pause": [
    "pausedMs: 0,\n    finishedAt: null,\n  };",
    "finishedAt: null,\n  };",
  ],
  "a replayed row stays finished": [
    "pausedMs: 0,\n    finishedAt: null,\n  };",
    "pausedMs: 0,\n  };",
  ],
  "a pause counts as age": [
    "row.pausedMs + Math.max(0, now - (row.pausedAt ?? now))",
    "row.pausedMs",
  ],
  "a clock set back makes a pause negative": [
    "Math.max(0, now - (row.pausedAt ?? now))",
    "(now - (row.pausedAt ?? now))",
  ],
  "an unfinished row is purged": ['if (finishedAt === null) return "keep";', "finishedAt ??= 0;"],
  "done rows are deleted like failed ones": [
    'age > (state === "done" ? doneAfterMs : failedAfterMs)',
    "age > failedAfterMs",
  ],
  "no body is erased": ['return state === "done" && age > bodiesAfterMs', "return false"],
};

describe("checkInboxHistories", () => {
  const load = createMutantLoader<{ readonly createMemoryInbox: typeof createMemoryInbox }>(
    "inbox/memory-inbox.ts",
    ["inbox"],
  );

  it.each(Object.entries(MUTANTS))("throws when %s", async (_name, [from, to]) => {
    const mutant = await load({ file: "inbox/transitions.ts", from, to });
    const open = (options: { readonly now: () => number }) => {
      let sequence = 0;
      const nextSequence = async () => ++sequence;
      const inbox = mutant.createMemoryInbox({ nextSequence, ...options });
      return { store: { nextSequence }, inbox, close() {} };
    };
    await expect(checkInboxHistories({ open, histories: 2000 })).rejects.toThrow();
  });
});
