import { campaigns } from "./campaigns.ts";

campaigns("postgres", { accepts: 20_000, versions: 200, timeoutMs: 120_000 });
