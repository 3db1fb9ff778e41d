import { createMemoryStore } from "@jobber-sync/core";
import { recordEraserContract } from "@jobber-sync/testing/contracts";
import { describe, expect, it } from "vitest";
import { createMutantLoader, type Mutant } from "../support/load-mutant.ts";

recordEraserContract({ describe, it, open: () => ({ store: createMemoryStore(), close() {} }) });

const FILE = "store/record-eraser.ts";

/** Each breaks one rule of an erasure. The contract must detect it. */
const MUTANTS: Readonly<Record<string, Mutant>> = {
  "a contact is not sealed": { file: FILE, from: "version: SEALED,", to: 'version: "",' },
  "a revival lifts the tombstone of an erased contact": {
    file: FILE,
    from: "deletedAt: sealedTombstone(at), ",
    to: "deletedAt: encodeTombstone(1, at), ",
  },
  "a job's title stays": {
    file: FILE,
    from: '  "title",\n  "instructions",',
    to: '"instructions",',
  },
  "a job is not sealed": {
    file: FILE,
    from: "{ ...stored.fieldVersions, ...seals }",
    to: "stored.fieldVersions",
  },
  "an erased tenant is sealed": { file: FILE, from: "version: NEVER,", to: "version: SEALED," },
  "an erased tenant's fields stay": {
    file: FILE,
    from: "...nothing(erased), sourceUpdatedAt: null",
    to: "sourceUpdatedAt: null",
  },
  "a submission keeps the name": { file: FILE, from: '  "client_name",\n', to: "" },
  "a second erasure moves the tombstone": {
    file: FILE,
    from: "const at = before ?? deletedAt;",
    to: "const at = deletedAt;",
  },
  "other tenants are erased": {
    file: "store/memory-store.ts",
    from: ".filter((record) => record.tenant === tenant)",
    to: "",
  },
  "delivery keys are ignored": {
    file: "store/memory-store.ts",
    from: " && !deliveryKeys.includes(deliveryKey)",
    to: "",
  },
  "a client without a row is not sealed": {
    file: "store/memory-store.ts",
    from: "if (one) contacts.set(key, sealedContact(stored, one));",
    to: "if (one && stored) contacts.set(key, sealedContact(stored, one));",
  },
};

describe("recordEraserContract", () => {
  const load = createMutantLoader<{ readonly createMemoryStore: typeof createMemoryStore }>(
    "store/memory-store.ts",
    ["store", "records", "changes", "inbox", "time"],
  );

  it.each(Object.entries(MUTANTS))("goes red when %s", async (_name, mutant) => {
    const mutated = await load(mutant);
    const checks: (() => Promise<void>)[] = [];
    recordEraserContract({
      describe: (_title, body) => body(),
      it: (_title, body) => void checks.push(body),
      open: () => ({ store: mutated.createMemoryStore(), close() {} }),
    });
    const outcomes = await Promise.allSettled(checks.map((check) => check()));
    expect(outcomes.some(({ status }) => status === "rejected")).toBe(true);
  });
});
