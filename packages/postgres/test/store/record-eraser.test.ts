import { recordEraserContract } from "@jobber-sync/testing/contracts";
import { describe, it } from "vitest";
import { testDatabase } from "../support/test-database.ts";

const database = testDatabase();

recordEraserContract({
  describe,
  it,
  async open() {
    const { store } = await database.openEmptied({ prepare: true });
    return { store, close: () => {} };
  },
});
