import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

it("npm run docs builds the site without a dead link or an undocumented export", async () => {
  const program = fileURLToPath(new URL("../docs.mjs", import.meta.url));
  const { code, output } = await new Promise<{ code: unknown; output: string }>((resolve) => {
    execFile(process.execPath, [program], (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, output: stdout + stderr }),
    );
  });
  expect(output).toContain("site: 0 mistakes");
  expect(code).toBe(0);
}, 300_000);
