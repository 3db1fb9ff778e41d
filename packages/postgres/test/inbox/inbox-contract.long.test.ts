import { checkInboxHistories, checkLaneInterleavings } from "@jobber-sync/testing/contracts";
import { describe, it } from "vitest";
import { inboxOpener } from "../support/open-inbox.ts";

describe("Postgres inbox", () => {
  const open = inboxOpener();

  it(
    "runs an object once at a time in 20,000 random interleavings",
    () =>
      checkLaneInterleavings({
        open: () => open({ now: Date.now }),
        interleavings: 20_000,
      }),
    3_600_000,
  );

  it(
    "follows transitions in 20,000 random histories",
    () => checkInboxHistories({ open, histories: 20_000 }),
    3_600_000,
  );
});
