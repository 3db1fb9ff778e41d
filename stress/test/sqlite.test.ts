import { bulkheadTests } from "./support/bulkhead-tests.ts";
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

bulkheadTests("sqlite", {
  tenants: 64,
  // One delivery per tenant and second: the rate is tested in the long test.
  perSecond: 64,
  seconds: 5,
  backlog: 1000,
  lockSeconds: 0,
});
