import { runExample } from "@jobber-sync-examples/backend/contract";
import { expect, test } from "vitest";

test("the demo runs on a real PostgreSQL that nobody had to install, and ends well", async () => {
  const { code, output } = await runExample(new URL("../src/demo.ts", import.meta.url), [], {});
  expect(output.trimEnd().split("\n").at(-1)).toBe("demo: ok");
  expect(code).toBe(0);
}, 60_000);
