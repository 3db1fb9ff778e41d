import { expect, test } from "vitest";
import { runExample } from "./example-process.ts";
import { SLOW_MS } from "./example-under-test.ts";

// Removes the signature from every request to the webhooks, so that each one is rejected with 401.
const UNSIGNED = `const send = fetch; globalThis.fetch = (url, options) => send(url, String(url).includes("/webhooks/") ? { ...options, headers: {} } : options);`;

/** Tests the output and the exit status of an example's demo. */
export function demoContract(demo: URL): void {
  test(
    "the demo prints its deliveries and records, and exits with 0",
    async () => {
      const { code, output } = await runExample(demo, [], {});
      const lines = output.trimEnd().split("\n");
      expect(lines.at(-1)).toBe("demo: ok");
      expect(code).toBe(0);
      expect(lines.filter((line) => /^ ?\d+ {2}.* [24]\d\d \w+$/.test(line))).toHaveLength(10);
      expect(output).toMatch(/^Contacts$[\s\S]*^456 +John Doe +john\.doe@example\.com/m);
      const tables = lines.slice(lines.indexOf("Contacts"));
      expect(Math.max(...tables.map((line) => line.length))).toBeLessThanOrEqual(100);
    },
    SLOW_MS,
  );
}

/** Tests that a demo reports a wrong response and exits with 1. */
export function failingDemoContract(demo: URL): void {
  test(
    "a demo with wrong responses names each difference and exits with 1",
    async () => {
      const preload = `--import=data:text/javascript,${encodeURIComponent(UNSIGNED)}`;
      const { code, output } = await runExample(demo, [], { NODE_OPTIONS: preload });
      expect(output).toContain(
        "delivery 1: the response was 401 ERR_UNAUTHORIZED, expected 200 accepted",
      );
      expect(output.trimEnd().split("\n").at(-1)).toMatch(/^demo: FAILED, \d+ difference/);
      expect(code).toBe(1);
    },
    SLOW_MS,
  );
}
