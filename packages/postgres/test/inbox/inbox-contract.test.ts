import { inboxContract } from "@jobber-sync/testing/contracts";
import { describe, it } from "vitest";
import { inboxOpener } from "../support/open-inbox.ts";

inboxContract({ describe, it, open: inboxOpener(), interleavings: 40, histories: 24 });
