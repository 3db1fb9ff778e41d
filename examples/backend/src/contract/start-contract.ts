import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runExample } from "./example-process.ts";
import { type ExampleUnderTest, SLOW_MS } from "./example-under-test.ts";

/** Tests starts with settings that cannot work. */
export function startContract({ start, settings, server, folder }: ExampleUnderTest): void {
  const startWith = (env: NodeJS.ProcessEnv) => runExample(start, [], { ...settings(), ...env });

  describe("a start that cannot succeed exits with 1 and names the cause", () => {
    test(
      "when the port is in use",
      async () => {
        const { code, output } = await startWith({ PORT: new URL(server().url).port });
        expect(output).toMatch(/EADDRINUSE.*choose another port/);
        expect(code).toBe(1);
      },
      SLOW_MS,
    );

    test(
      "when a tenant has no secret",
      async () => {
        const file = join(folder(), "no-secret.json");
        await writeFile(file, JSON.stringify([{ slug: "acme" }]));
        const { code, output } = await startWith({ JOBBER_TENANTS: file });
        expect(output).toContain('Tenant "acme"');
        expect(code).toBe(1);
      },
      SLOW_MS,
    );
  });
}
