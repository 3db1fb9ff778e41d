import { execFile } from "node:child_process";
import { describe, expect, it } from "vitest";

const MODULE = new URL("../src/postgres/load-embedded-postgres.ts", import.meta.url).href;

describe("loadEmbeddedPostgres", () => {
  it.each([
    ["process.exitCode = 3;", 3],
    ["process.exit(3);", 3],
    ["", 0],
    ["process.exit();", 0],
  ])("leaves the exit code of a program as it is: %s", async (end, expected) => {
    const program = `const { loadEmbeddedPostgres } = await import("${MODULE}");
      await loadEmbeddedPostgres();
      ${end}`;
    const [code, errors] = await new Promise<readonly [number | null, string]>((resolve) => {
      const args = ["--input-type=module", "-e", program];
      const child = execFile(process.execPath, args, (_, __, stderr) =>
        resolve([child.exitCode, stderr]),
      );
    });
    expect([code, errors]).toEqual([expected, ""]);
  });
});
