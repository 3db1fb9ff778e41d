import { stressTests } from "./support/stress-tests.ts";

stressTests("sqlite", {
  accepts: 1_000_000,
  versions: 2_000,
  workers: [2, 8],
  dieAt: [
    ["claimed"],
    ["fetched"],
    ["in transaction"],
    ["committed"],
    ["handled"],
    ["claimed", "fetched", "in transaction", "committed", "handled"],
  ],
  timeoutMs: 3_600_000,
});
