import { bulkheadTests } from "./support/bulkhead-tests.ts";

for (const kind of ["sqlite", "postgres"] as const) {
  bulkheadTests(kind, {
    tenants: 64,
    perSecond: 200,
    seconds: 300,
    backlog: 200_000,
    lockSeconds: 60,
  });
}
