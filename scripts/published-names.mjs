// Compares the names that each package exports with `published-names.txt` beside its package.json.
// A name that disappears breaks users' builds, so adding or removing one must be deliberate.
// `--update` rewrites the files.

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";

const packages = new URL("../packages/", import.meta.url);

/**
 * Returns the names in the `export { … };` and `export type { … };` of a bundled declaration file.
 */
export function exportedNames(declarations) {
  return [...declarations.matchAll(/^export (type )?\{([^}]*)\}(?: from [^;]*)?;$/gm)]
    .flatMap(([, type = "", list]) =>
      list.split(",").map((item) => `${type}${item.trim().replace(/^.* as /, "")}`),
    )
    .sort();
}

/** Returns one line per entry point and name. */
function publishedNames(folder) {
  const { exports } = JSON.parse(readFileSync(new URL("package.json", folder), "utf8"));
  return Object.entries(exports).flatMap(([entry, target]) => {
    if (typeof target === "string") return [];
    const declarations = readFileSync(new URL(target.import.types, folder), "utf8");
    return exportedNames(declarations).map((name) => `${entry} ${name}`);
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const update = process.argv.includes("--update");
  for (const name of readdirSync(packages)) {
    const folder = new URL(`${name}/`, packages);
    const file = new URL("published-names.txt", folder);
    const now = publishedNames(folder);
    if (update) writeFileSync(file, `${now.join("\n")}\n`);
    const known = existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
    for (const line of known.filter((known) => !now.includes(known))) {
      console.log(`${name}: no longer publishes ${line}`);
      process.exitCode = 1;
    }
    for (const line of now.filter((name) => !known.includes(name))) {
      console.log(`${name}: publishes ${line}, which published-names.txt does not list`);
      process.exitCode = 1;
    }
  }
  if (process.exitCode === 1)
    console.log(
      "If this is intended, run node scripts/published-names.mjs --update and add a changeset.",
    );
}
