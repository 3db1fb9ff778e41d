import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { reviewTarball } from "../review-tarball.mjs";

const PACKAGES = new URL("../../packages/", import.meta.url);

/** Packs files as npm does, below a folder named package. */
function pack(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "jobber-sync-review-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, "package", name)), { recursive: true });
    writeFileSync(join(folder, "package", name), text);
  }
  execFileSync("tar", ["--format=ustar", "-czf", "x.tgz", "package"], { cwd: folder });
  return join(folder, "x.tgz");
}

const GOOD = {
  "package.json": JSON.stringify({
    license: "MIT",
    exports: { ".": { import: "./dist/index.js" } },
    dependencies: { zod: "^4.6.7" },
  }),
  "README.md": "x",
  LICENSE: "x",
  "dist/index.js": "x",
};

describe("reviewTarball", () => {
  it("accepts a complete package", () => {
    expect(reviewTarball(pack(GOOD))).toEqual([]);
  });

  it("names missing and superfluous files, unresolved ranges and a missing licence", () => {
    const manifest = {
      exports: { ".": { "jobber-sync-source": "./src/index.ts", import: "./dist/gone.js" } },
      dependencies: { "@jobber-sync/core": "workspace:^" },
    };
    const { LICENSE: _, ...rest } = GOOD;
    const files = { ...rest, "package.json": JSON.stringify(manifest), "dist/index.js.map": "x" };
    expect(reviewTarball(pack({ ...files, "src/index.ts": "x" })).sort()).toEqual([
      "LICENSE is missing",
      "dist/index.js.map should not be published",
      "package.json has no licence",
      "package.json names dist/gone.js, which is missing",
      "package.json names sources, which are not published",
      "src/index.ts should not be published",
      "the dependency @jobber-sync/core has the range workspace:^",
    ]);
  });
});

it("all packages have one version, so that the fixed group releases the next one together", () => {
  const versions = readdirSync(PACKAGES).map(
    (name) => JSON.parse(readFileSync(new URL(`${name}/package.json`, PACKAGES), "utf8")).version,
  );
  expect(new Set(versions).size).toBe(1);
});
