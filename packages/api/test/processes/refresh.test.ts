import { it } from "vitest";
import { refreshTogether } from "../support/refresh-together.ts";

it("4 processes with 50 callers each: one refresh upstream each time the token ends, 20 times", async () => {
  await refreshTogether(20);
}, 60_000);
