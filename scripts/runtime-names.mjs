// Holds every declaration file to the module it describes: a value that only the types export
// compiles and then throws. Needs the build (`npm run check` runs it); the sources alone cannot
// show what a bundler drops.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import ts from "typescript";

/**
 * Returns the names that a declaration file exports as values.
 *
 * @param {string[]} files paths of declaration files
 * @returns {Map<string, string[]>} by path
 */
export function valueNames(files) {
  const program = ts.createProgram(files, {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    skipLibCheck: true,
    noLib: true,
    types: [],
  });
  const checker = program.getTypeChecker();
  return new Map(
    files.map((file) => {
      const symbol = checker.getSymbolAtLocation(program.getSourceFile(file));
      const names = (symbol === undefined ? [] : checker.getExportsOfModule(symbol))
        .filter((name) => isValue(name, checker))
        .map(({ name }) => name);
      return [file, names.sort()];
    }),
  );
}

/** A name re-exported with `export type` is a type, even if it names a class. */
function isValue(symbol, checker) {
  for (let alias = symbol; alias.flags & ts.SymbolFlags.Alias; ) {
    const declaration = alias.declarations?.[0];
    if (declaration !== undefined && ts.isTypeOnlyImportOrExportDeclaration(declaration))
      return false;
    alias = checker.getImmediateAliasedSymbol(alias);
    if (alias === undefined) return false;
  }
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  return (target.flags & ts.SymbolFlags.Value) !== 0;
}

/**
 * Compares declaration files with their modules and returns one line per difference.
 *
 * @param {{ types: string, module: string }[]} pairs paths; `.cjs` modules are loaded with
 * `require`
 */
export async function compareNames(pairs) {
  const declared = valueNames(pairs.map(({ types }) => types));
  const lines = [];
  for (const { types, module } of pairs) {
    const loaded = module.endsWith(".cjs")
      ? createRequire(module)(module)
      : await import(pathToFileURL(module).href);
    const names = declared.get(types) ?? [];
    for (const name of names.filter((name) => !(name in loaded)))
      lines.push(`${types} exports the value ${name}, which ${module} does not have`);
    for (const name of Object.keys(loaded).filter((name) => !names.includes(name)))
      lines.push(`${module} exports ${name}, which ${types} does not declare as a value`);
  }
  return lines;
}

/** The pairs of a package: every entry, as ESM and as CJS. */
function builtPairs(folder) {
  const { exports } = JSON.parse(readFileSync(new URL("package.json", folder), "utf8"));
  return Object.values(exports).flatMap((target) =>
    typeof target === "string"
      ? []
      : [target.import, target.require]
          .filter((files) => files !== undefined)
          .map((files) => ({
            types: fileURLToPath(new URL(files.types, folder)),
            module: fileURLToPath(new URL(files.default, folder)),
          })),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const packages = new URL("../packages/", import.meta.url);
  const pairs = readdirSync(packages)
    .map((name) => new URL(`${name}/`, packages))
    .filter((folder) => existsSync(new URL("package.json", folder)))
    .flatMap(builtPairs);
  const lines = await compareNames(pairs);
  for (const line of lines) console.log(line);
  console.log(`runtime names: ${pairs.length} modules, ${lines.length} differences`);
  process.exitCode = lines.length === 0 ? 0 : 1;
}
