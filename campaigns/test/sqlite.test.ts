import { campaigns } from "./campaigns.ts";

campaigns("sqlite", { accepts: 10_000, versions: 60, timeoutMs: 120_000 });
