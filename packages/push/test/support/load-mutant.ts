import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, expect } from "vitest";

const PACKAGE = fileURLToPath(new URL("../..", import.meta.url));

/** A change to one source file that breaks one rule. */
export interface Mutant {
  /** Relative to `src`. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** Creates a function that loads the package from a copy of its sources with one file changed. */
export function createMutantLoader(): (
  mutant: Mutant,
) => Promise<typeof import("@jobber-sync/push")> {
  // Inside the package, so that the copies find its dependencies.
  const target = mkdtempSync(join(PACKAGE, "node_modules", ".mutants-"));
  afterAll(() => rmSync(target, { recursive: true }));
  let count = 0;
  return async ({ file, from, to }) => {
    count += 1;
    const copy = join(target, String(count));
    cpSync(join(PACKAGE, "src"), copy, { recursive: true });
    const path = join(copy, file);
    const source = readFileSync(path, "utf8");
    // Without exactly one match the copy is unchanged, or breaks something else.
    expect(source.split(from).length - 1, `matches of ${from}`).toBe(1);
    writeFileSync(path, source.replace(from, to));
    return import(pathToFileURL(join(copy, "index.ts")).href);
  };
}
