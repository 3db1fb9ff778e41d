import { stressTests } from "./support/stress-tests.ts";

stressTests("postgres", {
  accepts: 1000,
  versions: 10,
  workers: [2],
  dieAt: [["in transaction"]],
  // Expires while a test waits, and outlasts a pause of a running worker on a busy machine.
  leaseMs: 3000,
  timeoutMs: 120_000,
});
