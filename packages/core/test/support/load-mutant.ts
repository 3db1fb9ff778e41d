import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, expect } from "vitest";

/** A change to one source file that breaks one rule. */
export interface Mutant {
  /** Relative to `src`. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const SOURCES = fileURLToPath(new URL("../../src", import.meta.url));

/**
 * Creates a function that loads a module from a copy of the sources with one file changed. The
 * copies are deleted after the tests.
 *
 * @param entry the module to load, relative to `src`
 * @param folders the folders and files of `src` that the module needs
 */
export function createMutantLoader<T>(
  entry: string,
  folders: readonly string[],
): (mutant: Mutant) => Promise<T> {
  const sources = new Map(
    folders
      .flatMap((folder) =>
        folder.endsWith(".ts")
          ? [folder]
          : readdirSync(join(SOURCES, folder)).map((name) => join(folder, name)),
      )
      .map((file) => [file, readFileSync(join(SOURCES, file), "utf8")]),
  );
  const modules = new Map(
    reachable(entry, sources).map((file) => [file, moduleOf(sources.get(file) ?? "")]),
  );
  const target = mkdtempSync(join(tmpdir(), "jobber-sync-mutants-"));
  afterAll(() => rmSync(target, { recursive: true }));
  let count = 0;

  return async ({ file, from, to }) => {
    count += 1;
    const source = sources.get(file) ?? "";
    // Without exactly one match the copy is unchanged, or breaks something else.
    expect(source.split(from).length - 1, `matches of ${from}`).toBe(1);
    expect(modules.has(file), `${file} is loaded`).toBe(true);
    const copy = new Map(modules).set(file, moduleOf(source.replace(from, to)));
    for (const [name, text] of copy) {
      const path = join(target, String(count), name.replace(/\.ts$/, ".mjs"));
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
    // Vitest leaves .mjs files to Node, which saves a second of transforms per mutant.
    const url = pathToFileURL(join(target, String(count), entry.replace(/\.ts$/, ".mjs")));
    return (await import(url.href)) as T;
  };
}

/** Returns the files that the entry imports, itself included: every mutant has a copy of each. */
function reachable(entry: string, sources: ReadonlyMap<string, string>): readonly string[] {
  const found = new Set([entry]);
  for (const file of found) {
    const source = stripTypeScriptTypes(sources.get(file) ?? "");
    for (const [, path = ""] of source.matchAll(/from "(\.[^"]*)"/g))
      found.add(join(dirname(file), path));
  }
  return [...found];
}

function moduleOf(source: string): string {
  return stripTypeScriptTypes(source).replaceAll(/(from "\.[^"]*)\.ts"/g, '$1.mjs"');
}
