import { campaigns } from "./campaigns.ts";

campaigns("postgres", { accepts: 10_000, versions: 200, timeoutMs: 120_000 });
