import { changeFeedContract } from "@jobber-sync/testing/contracts";
import { describe, it } from "vitest";
import { openFeed } from "../support/open-feed.ts";

changeFeedContract({ describe, it, open: openFeed, histories: 60 });
