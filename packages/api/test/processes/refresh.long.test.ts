import { it } from "vitest";
import { refreshTogether } from "../support/refresh-together.ts";

it("4 processes with 50 callers each: one refresh upstream each time the token ends, 1,000 times", async () => {
  await refreshTogether(1000);
}, 3_600_000);
