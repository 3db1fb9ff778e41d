import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { compareNames } from "../runtime-names.mjs";

const folder = mkdtempSync(join(tmpdir(), "jobber-sync-runtime-names-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const DECLARATIONS = `
declare class PreparedSecrets { private constructor(); }
declare class Hidden {}
declare function verify(): void;
declare const CODES: readonly string[];
interface Options {}
export { CODES, verify, PreparedSecrets as Prepared, type Options };
export type { Hidden };
`;

let count = 0;
/** Writes a declaration file and its module, and compares them. */
async function compare({ module, extension }: { module: string; extension: "js" | "cjs" }) {
  count += 1;
  const name = join(folder, `pair-${count}`);
  const types = `${name}.d.${extension === "js" ? "mts" : "cts"}`;
  const file = `${name}.${extension === "js" ? "mjs" : "cjs"}`;
  writeFileSync(types, DECLARATIONS);
  writeFileSync(file, module);
  const lines = await compareNames([{ types, module: file }]);
  return lines.map((line) => line.replaceAll(name, "pair"));
}

describe("compareNames", () => {
  it("reports a class that only the declarations export", async () => {
    const module = "export const CODES = []; export function verify() {}";
    expect(await compare({ module, extension: "js" })).toEqual([
      "pair.d.mts exports the value Prepared, which pair.mjs does not have",
    ]);
  });

  it("reports it in a CommonJS module too", async () => {
    const module = "exports.CODES = []; exports.verify = () => {};";
    expect(await compare({ module, extension: "cjs" })).toEqual([
      "pair.d.cts exports the value Prepared, which pair.cjs does not have",
    ]);
  });

  it("reports a value that the declarations do not have", async () => {
    const module =
      "export const CODES = [], extra = 1; export function verify() {} export class Prepared {}";
    expect(await compare({ module, extension: "js" })).toEqual([
      "pair.mjs exports extra, which pair.d.mts does not declare as a value",
    ]);
  });

  it("takes interfaces and classes exported as types for types", async () => {
    const module = "export const CODES = []; export function verify() {} export class Prepared {}";
    expect(await compare({ module, extension: "js" })).toEqual([]);
  });
});
