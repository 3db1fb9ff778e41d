import { campaigns } from "./support/campaigns.ts";

campaigns("postgres", { accepts: 1_000_000, versions: 2_000, timeoutMs: 3_600_000 });
