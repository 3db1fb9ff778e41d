import { expect, it } from "vitest";
import { runDroppedWebhooks } from "../support/run-dropped-webhooks.ts";

it("a full sweep repairs whatever 0 to 100 % of lost webhooks left behind, in 1,000 runs", async () => {
  const { swept, unexplained, ...figures } = await runDroppedWebhooks(1000);
  console.info(JSON.stringify(figures));
  expect(unexplained).toEqual([]);
  expect(swept).toEqual([]);
}, 3_600_000);
