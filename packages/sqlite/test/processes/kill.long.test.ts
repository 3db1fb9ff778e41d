import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../temporary-file.ts";
import { killWhileIngesting } from "./kill-while-ingesting.ts";

const KILLS = 1000;

describe("a process that is killed while it stores deliveries", () => {
  it(`has lost nothing that it acknowledged after ${KILLS} kills`, async () => {
    const { acknowledged, lost } = await killWhileIngesting(temporaryFolder(), KILLS);
    expect(acknowledged).toBeGreaterThan(KILLS);
    expect(lost).toEqual([]);
  }, 3_600_000);
});
