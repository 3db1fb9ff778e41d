import { describe, expect, it } from "vitest";
import { killReceivers } from "../support/kill-receivers.ts";
import { temporaryFolder } from "../support/temporary-file.ts";

const KILLS = 8;
const DISTURBED = 2;

describe("receiver killed while it accepts deliveries", () => {
  it(`loses no acknowledged delivery in ${KILLS} kills`, async () => {
    const { acknowledged, lost } = await killReceivers(temporaryFolder(), KILLS);
    expect(acknowledged).toBeGreaterThan(10 * KILLS);
    expect(lost).toEqual([]);
  }, 240_000);

  it(`loses no acknowledged delivery in ${DISTURBED} kills while its process drops SQLite's locks`, async () => {
    const { acknowledged, lost } = await killReceivers(temporaryFolder(), DISTURBED, {
      mode: "disturbed",
    });
    expect(acknowledged).toBeGreaterThan(10 * DISTURBED);
    expect(lost).toEqual([]);
  }, 240_000);

  it("loses deliveries if it responds before it stores", async () => {
    const { lost } = await killReceivers(temporaryFolder(), 2, { mode: "early" });
    expect(lost.length).toBeGreaterThan(0);
  }, 60_000);
});
