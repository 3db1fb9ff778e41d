import { describe, expect, it } from "vitest";
import { killReceivers } from "../support/kill-receivers.ts";
import { temporaryFolder } from "../support/temporary-file.ts";

const KILLS = 1000;

describe("a receiver that is killed while it takes deliveries", () => {
  it(`has lost nothing that it answered 200, ${KILLS} times`, async () => {
    const { answered, lost } = await killReceivers(temporaryFolder(), KILLS);
    expect(answered).toBeGreaterThan(10 * KILLS);
    expect(lost).toEqual([]);
  }, 3_600_000);
});
