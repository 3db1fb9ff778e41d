import { inboxContract } from "@jobber-sync/testing/contracts";
import { describe, it } from "vitest";
import { inboxOpener } from "../support/open-inbox.ts";

// Few random calls: the rows are those of the inbox with pg-boss.
describe("without pg-boss", () => {
  const open = inboxOpener({ withoutBoss: true });
  inboxContract({ describe, it, open, interleavings: 5, histories: 2 });
});
