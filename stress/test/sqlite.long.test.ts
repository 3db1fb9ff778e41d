import { campaigns } from "./support/campaigns.ts";

campaigns("sqlite", { accepts: 1_000_000, versions: 2_000, timeoutMs: 3_600_000 });
