import { checkInboxHistories, checkLaneInterleavings } from "@jobber-sync/testing/contracts";
import { describe, it } from "vitest";
import { openInbox } from "../support/open-inbox.ts";

describe("SQLite inbox", () => {
  it(
    "runs an object once at a time in 20,000 random interleavings",
    () => checkLaneInterleavings({ open: openInbox, interleavings: 20_000 }),
    3_600_000,
  );

  it(
    "follows transitions in 20,000 random histories",
    () => checkInboxHistories({ open: openInbox, histories: 20_000 }),
    3_600_000,
  );
});
