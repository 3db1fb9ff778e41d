import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";

it("@jobber-sync/core/signature does not load zod", () => {
  const script = `
    import { registerHooks } from "node:module";
    const loaded = [];
    registerHooks({ resolve(specifier, context, next) { loaded.push(specifier); return next(specifier, context); } });
    await import("@jobber-sync/core/signature");
    console.log(JSON.stringify(loaded));
  `;
  const args = ["--conditions=jobber-sync-source", "--input-type=module", "--eval", script];
  const loaded: string[] = JSON.parse(
    execFileSync(process.execPath, args, { cwd: import.meta.dirname }).toString(),
  );
  expect(loaded).toContain("@jobber-sync/core/signature");
  expect(loaded.filter((specifier) => specifier.includes("zod"))).toEqual([]);
});
