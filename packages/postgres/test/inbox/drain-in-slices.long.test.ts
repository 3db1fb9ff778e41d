import { expect, it } from "vitest";
import { drainInSlices } from "../support/drain-in-slices.ts";
import { testDatabase } from "../support/test-database.ts";

const database = testDatabase();

it("drains 10,000 deliveries without pg-boss in slices of 10 s, killed in between: 0 lost", async () => {
  const options = { deliveries: 10_000, sliceMs: 10_000, leaseMs: 15_000 };
  const { slices, killed, lost } = await drainInSlices(database, options);
  console.info(`${slices} slices, ${killed} killed`);
  expect(lost).toBe(0);
}, 600_000);
