import { expect, it } from "vitest";
import { timeOrderedId } from "../../src/database/time-ordered-id.ts";

it("timeOrderedId returns distinct UUIDs of version 7 that sort by time", async () => {
  const ids = Array.from({ length: 1000 }, timeOrderedId);
  for (const id of ids)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(ids).size).toBe(1000);
  await new Promise((resolve) => setTimeout(resolve, 2));
  expect(timeOrderedId() > (ids.toSorted().at(-1) ?? "")).toBe(true);
  expect(Number.parseInt((ids[0] ?? "").replace("-", "").slice(0, 12), 16)).toBeCloseTo(
    Date.now(),
    -4,
  );
});
