import { campaigns } from "./support/campaigns.ts";

campaigns("postgres", { accepts: 100_000, versions: 200, timeoutMs: 240_000 });
