import { it } from "vitest";
import { refreshTogether } from "../support/refresh-together.ts";

it("2 processes with 20 callers each refresh once per expired token, 5 times", async () => {
  await refreshTogether({ rounds: 5, processes: 2, callers: 20 });
}, 60_000);
