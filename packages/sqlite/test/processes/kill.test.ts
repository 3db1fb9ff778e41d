import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../temporary-file.ts";
import { killWhileIngesting } from "./kill-while-ingesting.ts";

describe("a process that is killed while it stores deliveries", () => {
  it("has lost nothing that it acknowledged", async () => {
    const { acknowledged, lost } = await killWhileIngesting(temporaryFolder(), 20);
    expect(acknowledged).toBeGreaterThan(1000);
    expect(lost).toEqual([]);
  }, 120_000);

  it("is found out when it acknowledges first and stores then", async () => {
    const { lost } = await killWhileIngesting(temporaryFolder(), 5, { early: true });
    expect(lost.length).toBeGreaterThan(0);
  }, 60_000);
});
