import { campaigns } from "./campaigns.ts";

campaigns("sqlite", { accepts: 100_000, versions: 200, timeoutMs: 600_000 });
campaigns("sqlite", { accepts: 1_000_000, versions: 2_000, timeoutMs: 3_600_000 });
