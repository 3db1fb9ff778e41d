import { expect, test } from "vitest";
import { runExample } from "./example-process.ts";
import { SLOW_MS } from "./example-under-test.ts";

// Takes the signature off what is sent to the webhooks: everything is answered 401 then.
const UNSIGNED = `const send = fetch; globalThis.fetch = (url, options) => send(url, String(url).includes("/webhooks/") ? { ...options, headers: {} } : options);`;

/** What an example's demo shows and how it ends. */
export function demoContract(demo: URL): void {
  test(
    "the demo shows what came in and what became of it, and ends well",
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

  test(
    "a demo that finds something wrong says so and ends with status 1",
    async () => {
      const preload = `--import=data:text/javascript,${encodeURIComponent(UNSIGNED)}`;
      const { code, output } = await runExample(demo, [], { NODE_OPTIONS: preload });
      expect(output).toContain(
        "delivery 1 was answered 401 ERR_UNAUTHORIZED, must be 200 accepted",
      );
      expect(output.trimEnd().split("\n").at(-1)).toMatch(/^demo: FAILED, \d+ difference/);
      expect(code).toBe(1);
    },
    SLOW_MS,
  );
}
