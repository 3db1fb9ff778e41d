import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { afterAll, describe, expect, it } from "vitest";

const biome = createRequire(import.meta.url).resolve("@biomejs/biome/bin/biome");
const folder = mkdtempSync(join(tmpdir(), "jobber-sync-import-rules-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const CORE = "packages/core/src";
/** Files that import what they must not, each with a word of the reason that Biome has to give. */
const FORBIDDEN: [file: string, specifier: string, reason: RegExp][] = [
  [`${CORE}/receiver/planted.ts`, "../worker/create-worker.ts", /side by side/],
  [`${CORE}/worker/planted.ts`, "../receiver/accept.ts", /side by side/],
  [`${CORE}/store/planted.ts`, "../worker/create-worker.ts", /downwards only/],
  [`${CORE}/store/planted-deep.ts`, "../worker/runs/claim.ts", /downwards only/],
  [`${CORE}/inbox/planted.ts`, "../processing/handlers.ts", /downwards only/],
  [`${CORE}/tokens/planted.ts`, "../receiver/accept.ts", /downwards only/],
  [`${CORE}/records/planted.ts`, "../store/sync-store.ts", /downwards only/],
  [`${CORE}/events/planted.ts`, "../processing/handlers.ts", /downwards only/],
  [`${CORE}/processing/planted.ts`, "../worker/create-worker.ts", /downwards only/],
  [`${CORE}/time/planted.ts`, "@jobber-sync/api", /zod alone/],
  ["packages/express/src/planted.ts", "@jobber-sync/sqlite", /never one another/],
  ["packages/sqlite/src/planted.ts", "@jobber-sync/core/dist/index.js", /through its entries/],
  ["packages/api/src/planted.ts", "../../core/src/errors.ts", /entry points/],
];
const ALLOWED: [file: string, specifier: string][] = [
  [`${CORE}/receiver/allowed.ts`, "../processing/handlers.ts"],
  [`${CORE}/worker/allowed.ts`, "../store/sync-store.ts"],
  [`${CORE}/store/allowed.ts`, "../records/job-record.ts"],
  ["packages/sqlite/src/allowed.ts", "@jobber-sync/core/ports"],
  ["packages/jobber-sync/src/allowed.ts", "@jobber-sync/sqlite"],
];

/** Runs two rules of the repository's biome.json over a copy that holds only the planted files. */
function lintPlanted(): Map<string, string> {
  copyFileSync(new URL("../../biome.json", import.meta.url), join(folder, "biome.json"));
  const plant = (file: string, text: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  for (const [file, specifier] of [...FORBIDDEN, ...ALLOWED])
    plant(file, `import "${specifier}";\n`);
  plant(`${CORE}/time/one.ts`, 'import type { Two } from "./two.ts";\n\nexport type One = Two;\n');
  plant(
    `${CORE}/time/two.ts`,
    'import type { One } from "./one.ts";\n\nexport type Two = One[];\n',
  );
  const rules = ["style/noRestrictedImports", "suspicious/noImportCycles"];
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [
      biome,
      "lint",
      "--vcs-enabled=false",
      "--colors=off",
      "--max-diagnostics=none",
      ...rules.map((rule) => `--only=${rule}`),
      ".",
    ],
    { cwd: folder, encoding: "utf8" },
  );
  const output = `${stdout}${stderr}`.replaceAll("\\", "/");
  return new Map(
    output
      .split(/^(?=packages\/\S+:\d+:\d+ lint\/)/m)
      .map((diagnostic) => [/^(\S+?):\d+/.exec(diagnostic)?.[1] ?? "", diagnostic]),
  );
}

describe("the import rules of biome.json", () => {
  const diagnostics = lintPlanted();

  it.each(FORBIDDEN)("reject in %s an import of %s, and say why", (file, _specifier, reason) => {
    expect(diagnostics.get(file)?.replaceAll(/\s+/g, " ")).toMatch(reason);
  });

  it.each(ALLOWED)("accept in %s an import of %s", (file) => {
    expect(diagnostics.get(file)).toBeUndefined();
  });

  it("reject a cycle even of type imports", () => {
    expect(diagnostics.get(`${CORE}/time/one.ts`)).toMatch(/noImportCycles/);
  });
});
