import { checkChangeHistories } from "@jobber-sync/testing/contracts";
import { it } from "vitest";
import { openFeed } from "../support/open-feed.ts";

it(
  "the SQLite feed fills tables with exactly the records, over 20,000 histories",
  () => checkChangeHistories(openFeed),
  3_600_000,
);
