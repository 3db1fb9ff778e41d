import { stressTests } from "./support/stress-tests.ts";

stressTests("sqlite", {
  accepts: 2000,
  versions: 15,
  workers: [2],
  dieAt: [["fetched", "in transaction", "handled"]],
  // Expires while a test waits, and outlasts a pause of a running worker on a busy machine.
  leaseMs: 3000,
  timeoutMs: 120_000,
});
