import { campaigns } from "./campaigns.ts";

campaigns("sqlite", { accepts: 10_000, versions: 200, timeoutMs: 120_000 });
