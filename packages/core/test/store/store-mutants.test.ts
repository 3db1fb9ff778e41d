import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { createMemoryStore, type SyncReader } from "@jobber-sync/core";
import type { SyncStore } from "@jobber-sync/core/ports";
import { checkStoreHistories } from "@jobber-sync/testing/contracts";
import { afterAll, describe, expect, it } from "vitest";

// A check that stays green over a broken store proves nothing. Each of these breaks one thing that
// the order of writes rests on, and the histories must see it.

const SOURCES = fileURLToPath(new URL("../../src", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "jobber-sync-mutants-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Mutant {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const MUTANTS: Readonly<Record<string, Mutant>> = {
  "the guard is made strict": {
    file: "store/decide-write.ts",
    from: "const taken = before <= offered;",
    to: "const taken = before < offered;",
  },
  "the guard is dropped": {
    file: "store/decide-write.ts",
    from: "const taken = before <= offered;",
    to: "const taken = true;",
  },
  "the sequence is dropped from the version": {
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
  "tombstones are dropped": {
    file: "store/plan-change.ts",
    from: "record.deletedAt = write.deletedAt;",
    to: "record.deletedAt = null;",
  },
  "an update lifts tombstones": {
    file: "store/plan-change.ts",
    from: "if (write.revive === true)",
    to: "if (write.revive !== undefined)",
  },
  "a fill moves the record's version": {
    file: "store/plan-change.ts",
    from: 'const rowVersion = write.mode === "fill" ? NEVER : version;',
    to: "const rowVersion = version;",
  },
  "a fill clears": {
    file: "store/plan-change.ts",
    from: 'value !== undefined && !(write.mode === "fill" && value === null)',
    to: "value !== undefined",
  },
  "a field that is not given is cleared": {
    file: "store/plan-change.ts",
    from: "const now = given ? version : NEVER;",
    to: "const now = version;",
  },
  "only the last of several writes in one change counts": {
    file: "store/plan-change.ts",
    from: "before === undefined ? row : (decideWrite(before, row).row ?? before)",
    to: "row",
  },
  "a submission is written again": {
    file: "store/memory-store.ts",
    from: "if (!known) submissions.set(key, submission);",
    to: "submissions.set(key, submission);",
  },
};

/** Seen only where it is known which write came last. */
const ONLY_IN_ORDER = new Set(["the guard is made strict", "a submission is written again"]);

describe("the histories check", () => {
  it("stays green over the store as it is", async () => {
    await checkStoreHistories(opens(createMemoryStore), { histories: 1000 });
  });

  for (const [index, [what, mutant]] of Object.entries(MUTANTS).entries()) {
    it(`goes red when ${what}`, async () => {
      const createMutant = await storeWith(mutant, join(folder, String(index)));
      await expect(checkStoreHistories(opens(createMutant))).rejects.toThrow(
        /Random history with seed \d+/,
      );
      if (ONLY_IN_ORDER.has(what)) return;
      // Applied at once, only the records are looked at: they are wrong, not just the words about
      // them.
      await expect(checkStoreHistories(opens(createMutant), { atOnce: true })).rejects.toThrow(
        /seed \d+/,
      );
    });
  }

  it("goes red when deliveries are skipped by their key", async () => {
    for (const atOnce of [false, true]) {
      await expect(
        checkStoreHistories(
          opens(() => skippingByKey(createMemoryStore())),
          { atOnce },
        ),
      ).rejects.toThrow(/Random history with seed \d+/);
    }
  });

  it("names the seed and the smallest history that still fails", async () => {
    const failure = await checkStoreHistories(
      opens(() => skippingByKey(createMemoryStore())),
    ).catch((error: unknown) => error as Error);
    const message = failure?.message ?? "";
    const seed = Number(/seed: (\d+)/.exec(message)?.[1]);
    // The write that is kept and the one that is wrongly skipped, or a single one whose repeat is
    // reported wrongly.
    expect(
      message.split("\n").filter((line) => line.startsWith('{"writes"')).length,
    ).toBeLessThanOrEqual(2);
    await expect(
      checkStoreHistories(
        opens(() => skippingByKey(createMemoryStore())),
        { seed, histories: 1 },
      ),
    ).rejects.toThrow(`seed ${seed}`);
  });
});

type Store = SyncStore & SyncReader;

function opens(create: () => Store) {
  return () => ({ store: create(), close() {} });
}

async function storeWith({ file, from, to }: Mutant, target: string): Promise<() => Store> {
  cpSync(SOURCES, target, { recursive: true });
  const path = join(target, file);
  const source = readFileSync(path, "utf8");
  // Otherwise the mutant is no mutant, or another one than it says.
  expect(source.split(from).length - 1).toBe(1);
  writeFileSync(path, source.replace(from, to));
  const module = (await import(pathToFileURL(join(target, "store/memory-store.ts")).href)) as {
    readonly createMemoryStore: () => Store;
  };
  return module.createMemoryStore;
}

/** Skips deliveries by key, as many receivers do. */
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
      return {
        contacts: change.contacts
          .filter(
            ({ jobberClientId }, at, all) =>
              all.findIndex((other) => other.jobberClientId === jobberClientId) === at,
          )
          .map(({ tenant, jobberClientId }) => ({ tenant, jobberClientId, outcome: "unchanged" })),
        jobs: change.jobs
          .filter(
            ({ jobberJobId }, at, all) =>
              all.findIndex((other) => other.jobberJobId === jobberJobId) === at,
          )
          .map(({ tenant, jobberJobId }) => ({ tenant, jobberJobId, outcome: "unchanged" })),
        submissions: change.submissions.map(({ tenant, deliveryKey }) => ({
          tenant,
          deliveryKey,
          outcome: "unchanged",
        })),
      };
    },
  };
}
