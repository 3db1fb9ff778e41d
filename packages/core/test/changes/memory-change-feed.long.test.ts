import { createMemoryStore } from "@jobber-sync/core";
import { checkChangeHistories } from "@jobber-sync/testing/contracts";
import { it } from "vitest";

it(
  "the memory feed fills tables with exactly the records, over 20,000 histories",
  () =>
    checkChangeHistories(({ now }) => {
      const store = createMemoryStore({ now });
      return { store, changes: store.changes, close() {} };
    }),
  3_600_000,
);
