import {
  type ContactRecord,
  createMemoryStore,
  type JobRecord,
  type SyncReader,
} from "@jobber-sync/core";
import type { SyncStore } from "@jobber-sync/core/ports";
import { checkStoreHistories } from "@jobber-sync/testing/contracts";
import { describe, expect, it } from "vitest";
import { createMutantLoader, type Mutant } from "../support/load-mutant.ts";

// Each mutant breaks one rule of the order of writes. The histories must detect it.

const MUTANTS: Readonly<Record<string, Mutant>> = {
  "the guard is strict": {
    file: "store/decide-write.ts",
    from: "const taken = before <= offered;",
    to: "const taken = before < offered;",
  },
  "the guard is missing": {
    file: "store/decide-write.ts",
    from: "const taken = before <= offered;",
    to: "const taken = true;",
  },
  "the version lacks the sequence": {
    file: "store/version.ts",
    from: 'String(sequence).padStart(SEQUENCE_LENGTH, "0")',
    to: '"".padStart(SEQUENCE_LENGTH, "0")',
  },
  "a missing time is compared by sequence alone": {
    file: "store/decide-write.ts",
    from: "const taken = before <= offered;",
    to: "const taken = Math.min(before.length, offered.length) <= 17 ? before.slice(-16) <= offered.slice(-16) : before <= offered;",
  },
  "times are compared to the second": {
    file: "store/version.ts",
    from: 'fraction.padEnd(6, "0")',
    to: '"000000"',
  },
  "tombstones are ignored": {
    file: "store/plan-change.ts",
    from: "fieldVersions[register] = encodeTombstone(write.sequence, write.deletedAt);",
    to: "",
  },
  "a tombstone that was inferred is final": {
    file: "store/plan-change.ts",
    from: 'write.inferred === true ? "missingAt" : "deletedAt"',
    to: '"deletedAt"',
  },
  "a sighting removes final tombstones": {
    file: "store/plan-change.ts",
    from: "if (write.revive === true)",
    to: "if (write.revive === true || write.seen === true)",
  },
  "a sighting leaves inferred tombstones": {
    file: "store/plan-change.ts",
    from: "if (write.revive === true || write.seen === true)",
    to: "if (write.revive === true)",
  },
  "a sighting removes later tombstones": {
    file: "store/decide-write.ts",
    from: "const now = before <= offered ? offered : before;",
    to: "const now = offered === NEVER ? before : offered;",
  },
  "an update removes tombstones": {
    file: "store/plan-change.ts",
    from: "if (write.revive === true)",
    to: "if (write.revive !== undefined)",
  },
  "a fill moves the record's version": {
    file: "store/plan-change.ts",
    from: 'const rowVersion = write.mode === "fill" ? NEVER : version;',
    to: "const rowVersion = version;",
  },
  "a fill clears fields": {
    file: "store/plan-change.ts",
    from: 'value !== undefined && !(write.mode === "fill" && value === null)',
    to: "value !== undefined",
  },
  "an absent field is cleared": {
    file: "store/plan-change.ts",
    from: "const now = given ? version : NEVER;",
    to: "const now = version;",
  },
  "a change applies only the last of several writes": {
    file: "store/plan-change.ts",
    from: "before === undefined ? row : (decideWrite(before, row).row ?? before)",
    to: "row",
  },
  "JSON is compared by identity": {
    file: "store/decide-write.ts",
    from: "!sameValue(value, stored.record[field])",
    to: "value !== stored.record[field]",
  },
  "the record before the write is the one after it": {
    file: "store/memory-store.ts",
    from: "stored?.record ?? null, (row",
    to: "(row ?? stored ?? incoming).record, (row",
  },
  "the record after the write is the incoming one": {
    file: "store/memory-store.ts",
    from: "(row ?? stored ?? incoming).record",
    to: "incoming.record",
  },
  "the changed fields lack those that were cleared": {
    file: "store/written-record.ts",
    from: "!sameValue(after[name]",
    to: "after[name] !== null && !sameValue(after[name]",
  },
  "the changed fields lack the source's time": {
    file: "store/written-record.ts",
    from: '[...JOB_FIELDS, "sourceUpdatedAt", "deletedAt"]',
    to: '[...JOB_FIELDS, "deletedAt"]',
  },
  "a submission is replaced": {
    file: "store/memory-store.ts",
    from: "if (!known) submissions.set(key, submission);",
    to: "submissions.set(key, submission);",
  },
};

/** Detected only if the order in which writes were applied is known. */
const ONLY_IN_ORDER = new Set([
  "the guard is strict",
  "JSON is compared by identity",
  "the changed fields lack those that were cleared",
  "the changed fields lack the source's time",
  "a submission is replaced",
]);

/** A single history at a time, so that only one is shrunk. */
const OPTIONS = { histories: 4000, concurrency: 1 };

describe("checkStoreHistories", () => {
  const load = createMutantLoader<{ readonly createMemoryStore: () => Store }>(
    "store/memory-store.ts",
    ["store", "records", "changes", "inbox", "time"],
  );

  it("passes for the memory store", async () => {
    await checkStoreHistories(opens(createMemoryStore), { histories: 500 });
  });

  it.each(Object.entries(MUTANTS))("throws when %s", async (name, mutant) => {
    const mutated = await load(mutant);
    const open = opens(mutated.createMemoryStore);
    await expect(checkStoreHistories(open, OPTIONS)).rejects.toThrow(/Random history with seed/);
    if (ONLY_IN_ORDER.has(name)) return;
    // Concurrent steps compare only the records, so this proves that the records are wrong too.
    await expect(checkStoreHistories(open, { ...OPTIONS, atOnce: true })).rejects.toThrow(/seed/);
  });

  it.each([false, true])(
    "throws when deliveries are skipped by key (atOnce %s)",
    async (atOnce) => {
      const open = opens(() => skippingByKey(createMemoryStore()));
      await expect(checkStoreHistories(open, { ...OPTIONS, atOnce })).rejects.toThrow(
        /Random history with seed \d+/,
      );
    },
  );

  it("names the seed and the smallest history that still fails", async () => {
    const open = opens(() => skippingByKey(createMemoryStore()));
    const failure = await checkStoreHistories(open, OPTIONS).catch((error: unknown) => error);
    const message = failure instanceof Error ? failure.message : "";
    const seed = Number(/seed: (\d+)/.exec(message)?.[1]);
    // One write that is kept and one that is skipped, or a single write applied twice.
    const steps = message.split("\n").filter((line) => line.startsWith('{"writes"'));
    expect(steps.length).toBeLessThanOrEqual(2);
    await expect(checkStoreHistories(open, { seed, histories: 1 })).rejects.toThrow(`seed ${seed}`);
  });
});

type Store = SyncStore & SyncReader;

function opens(create: () => Store) {
  return () => ({ store: create(), close() {} });
}

/** Ignores a delivery whose key was seen before, as many receivers do. */
function skippingByKey(store: Store): Store {
  const seen = new Set<string>();
  return {
    ...store,
    async apply(change) {
      const key = JSON.stringify(
        change.submissions.map(({ tenant, deliveryKey }) => [tenant, deliveryKey]),
      );
      if (!seen.has(key)) {
        seen.add(key);
        return store.apply(change);
      }
      const nothing = { outcome: "unchanged", changed: [] } as const;
      const contacts = change.contacts.map(async ({ tenant, jobberClientId }) => {
        const stored = (await store.contact(tenant, jobberClientId)) as ContactRecord;
        return { tenant, jobberClientId, ...nothing, before: stored, after: stored };
      });
      const jobs = change.jobs.map(async ({ tenant, jobberJobId }) => {
        const stored = (await store.job(tenant, jobberJobId)) as JobRecord;
        return { tenant, jobberJobId, ...nothing, before: stored, after: stored };
      });
      const result = await store.apply({ ...change, contacts: [], jobs: [] });
      return {
        ...result,
        contacts: uniqueBy(await Promise.all(contacts), ({ jobberClientId }) => jobberClientId),
        jobs: uniqueBy(await Promise.all(jobs), ({ jobberJobId }) => jobberJobId),
      };
    },
  };
}

function uniqueBy<T>(items: readonly T[], keyOf: (item: T) => string): readonly T[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()];
}
