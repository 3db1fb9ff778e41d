import { campaigns } from "./campaigns.ts";

campaigns("postgres", { accepts: 10_000, versions: 60, timeoutMs: 120_000 });
