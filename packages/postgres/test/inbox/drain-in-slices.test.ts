import { expect, it } from "vitest";
import { drainInSlices } from "../support/drain-in-slices.ts";
import { testDatabase } from "../support/test-database.ts";

const database = testDatabase();

it("drains without pg-boss in time slices, and loses nothing when their processes are killed", async () => {
  const options = { deliveries: 40, sliceMs: 800, leaseMs: 400 };
  const { killed, lost } = await drainInSlices(database, options);
  expect(killed).toBeGreaterThan(0);
  expect(lost).toBe(0);
}, 60_000);
