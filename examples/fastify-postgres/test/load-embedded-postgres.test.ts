import { execFile } from "node:child_process";
import { describe, expect, it } from "vitest";

const MODULE = new URL("../src/postgres/load-embedded-postgres.ts", import.meta.url).href;

describe("loadEmbeddedPostgres", () => {
  it("leaves the exit code of a failed program as it is", async () => {
    const program = `const { loadEmbeddedPostgres } = await import("${MODULE}");
      await loadEmbeddedPostgres();
      process.exitCode = 3;`;
    const code = await new Promise((resolve) => {
      const child = execFile(process.execPath, ["--input-type=module", "-e", program]);
      child.on("exit", resolve);
    });
    expect(code).toBe(3);
  });
});
