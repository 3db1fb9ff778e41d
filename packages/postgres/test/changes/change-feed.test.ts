import { changeFeedContract } from "@jobber-sync/testing/contracts";
import { describe, it } from "vitest";
import { feedOpener } from "../support/open-feed.ts";

changeFeedContract({ describe, it, open: feedOpener(), histories: 30 });
