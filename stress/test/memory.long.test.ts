import { seededRandom } from "@jobber-sync/testing/contracts";
import { it } from "vitest";
import { lostWakeUps } from "../src/lost-wake-ups.ts";
import { bulkheadTests } from "./support/bulkhead-tests.ts";

it("memory: loses no wake-up of 1,000,000 deliveries", { timeout: 3_600_000 }, () =>
  lostWakeUps("memory", { accepts: 1_000_000, objects: 50, random: seededRandom(3) }),
);

bulkheadTests("memory", {
  tenants: 64,
  perSecond: 200,
  seconds: 5,
  backlog: 2000,
  lockSeconds: 0,
});
