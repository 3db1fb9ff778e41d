import { checkChangeHistories } from "@jobber-sync/testing/contracts";
import { describe, it } from "vitest";
import { feedOpener } from "../support/open-feed.ts";

describe("Postgres feed", () => {
  const open = feedOpener();

  it(
    "fills tables with exactly the records, over 20,000 histories",
    () => checkChangeHistories(open),
    3_600_000,
  );
});
