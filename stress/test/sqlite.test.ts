import { campaigns } from "./support/campaigns.ts";

campaigns("sqlite", { accepts: 100_000, versions: 200, timeoutMs: 240_000 });
