import { inboxContract } from "@jobber-sync/testing/contracts";
import { describe, it } from "vitest";
import { inboxOpener } from "../support/open-inbox.ts";

describe("without pg-boss", () => {
  inboxContract({ describe, it, open: inboxOpener({ withoutBoss: true }) });
});
