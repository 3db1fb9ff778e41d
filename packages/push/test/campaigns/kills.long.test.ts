import { expect, it } from "vitest";
import { runKills } from "./kills.ts";

it("300 kills of the sending process make no second client", async () => {
  const report = await runKills(300, 1);
  console.log(report);
  expect(report.done + report.check).toBe(report.creates);
}, 1_800_000);
