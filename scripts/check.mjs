// `npm run check`: builds and packs every package and checks what users would install.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, run, runQuietly } from "./child.mjs";
import { packageFolders } from "./packages.mjs";
import { reviewTarball } from "./review-tarball.mjs";
import { runStages } from "./stages.mjs";

const manifest = (path) => JSON.parse(readFileSync(new URL(path, root), "utf8"));
const { packageManager } = manifest("package.json");
const folder = mkdtempSync(join(tmpdir(), "jobber-sync-pack-"));
const pack = ["-r", "--filter", "./packages/*", "pack", "--pack-destination", folder];

/** The path that `pnpm pack` gives a package's tarball. */
function tarball(name) {
  const { name: published, version } = manifest(`packages/${name}/package.json`);
  return join(folder, `${published.replace("@", "").replace("/", "-")}-${version}.tgz`);
}

/** Prints mistakes and returns the exit code for them. */
function report(mistakes) {
  for (const mistake of mistakes) console.log(`  ${mistake}`);
  return mistakes.length === 0 ? 0 : 1;
}

try {
  process.exitCode = await runStages([
    ["build", async () => (await run("node", ["scripts/build.mjs"])).code],
    ["pack", () => runQuietly("npx", ["--loglevel=error", "-y", packageManager, ...pack])],
    ...packageFolders().flatMap(({ name }) => [
      [`publint ${name}`, () => runQuietly("publint", ["run", tarball(name), "--strict"])],
      [`attw ${name}`, () => runQuietly("attw", [tarball(name), "--profile", "strict"])],
      [`contents ${name}`, async () => report(reviewTarball(tarball(name)))],
    ]),
    ["published names", async () => (await run("node", ["scripts/published-names.mjs"])).code],
    ["runtime names", async () => (await run("node", ["scripts/runtime-names.mjs"])).code],
    ["licences", async () => (await run("node", ["scripts/licences.mjs"])).code],
    ["size", async () => (await run("size-limit", [])).code],
    ["knip", async () => (await run("knip", ["--no-progress"])).code],
  ]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
