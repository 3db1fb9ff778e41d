import { inboxContract } from "@jobber-sync/testing/contracts";
import { describe, it } from "vitest";
import { openInbox } from "../support/open-inbox.ts";

inboxContract({ describe, it, open: openInbox });
