import { it } from "vitest";
import { refreshTogether } from "../support/refresh-together.ts";

it("4 processes with 50 callers each refresh once per expired token, 1,000 times", async () => {
  await refreshTogether({ rounds: 1000, processes: 4, callers: 50 });
}, 3_600_000);
