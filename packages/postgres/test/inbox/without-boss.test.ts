import { inboxContract } from "@jobber-sync/testing/contracts";
import { describe, it } from "vitest";
import { inboxOpener } from "../support/open-inbox.ts";

// Only listening differs without pg-boss; the long suite runs the whole contract.
describe("without pg-boss", () => {
  const open = inboxOpener({ withoutBoss: true });
  inboxContract({
    describe: (name, body) => (name === "inbox: wake-ups" ? describe(name, body) : undefined),
    it,
    open,
  });
});
