import { runExample } from "@jobber-sync-examples/backend/contract";
import { expect, test } from "vitest";

test("the demo shows what came in and what became of it, and ends well", async () => {
  const { code, output } = await runExample(new URL("../src/demo.ts", import.meta.url), [], {});
  const lines = output.trimEnd().split("\n");
  expect(lines.at(-1)).toBe("demo: ok");
  expect(code).toBe(0);
  expect(lines.filter((line) => /^ ?\d+ {2}.* [24]\d\d \w+$/.test(line))).toHaveLength(10);
  expect(output).toMatch(/^Contacts$[\s\S]*^456 +John Doe +john\.doe@example\.com/m);
  const tables = lines.slice(lines.indexOf("Contacts"));
  expect(Math.max(...tables.map((line) => line.length))).toBeLessThanOrEqual(100);
}, 20_000);
