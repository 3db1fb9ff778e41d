import { expect, it } from "vitest";
import { runDroppedWebhooks } from "../support/run-dropped-webhooks.ts";

it("a full sweep repairs whatever 0 to 100 % of lost webhooks left behind", async () => {
  const { swept, unexplained, dropped } = await runDroppedWebhooks(6);
  expect(dropped).toBeGreaterThan(20);
  expect(unexplained).toEqual([]);
  expect(swept).toEqual([]);
}, 60_000);
