// Compares the licences of what users install with docs/licences.md. A package with another licence
// than these, or one that the page does not list, fails.

import { readFileSync } from "node:fs";
import process from "node:process";
import { root, run } from "./child.mjs";

const ALLOWED = ["MIT", "ISC", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "0BSD"];
const { packageManager } = JSON.parse(readFileSync(new URL("package.json", root), "utf8"));
const list = ["licenses", "list", "--prod", "--json", "--filter", "./packages/*"];

const { code, stdout } = await run("npx", ["--loglevel=error", "-y", packageManager, ...list], {
  stdout: "pipe",
});
const page = readFileSync(new URL("docs/licences.md", root), "utf8");
const found = Object.entries(code === 0 ? JSON.parse(stdout) : {});
const mistakes = found.flatMap(([licence, packages]) =>
  packages.flatMap(({ name }) => [
    ...(ALLOWED.includes(licence) ? [] : [`${name} has the licence ${licence}`]),
    ...(page.includes(`\`${name}\``) ? [] : [`docs/licences.md does not list ${name}`]),
  ]),
);
for (const mistake of mistakes) console.log(mistake);
process.exitCode = code !== 0 ? code : mistakes.length === 0 ? 0 : 1;
