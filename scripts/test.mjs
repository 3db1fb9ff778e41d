// `npm test`: lint, types, docs and all tests. Arguments go to vitest. Lint, types and docs run
// while the tests run, because many tests wait for leases and disks and leave the processor idle.

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { root, run, runQuietly } from "./child.mjs";
import { countTests } from "./count-tests.mjs";
import { report, runStages } from "./stages.mjs";

async function vitest(args) {
  const folder = mkdtempSync(join(tmpdir(), "jobber-sync-test-"));
  const json = join(folder, "report.json");
  try {
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${json}`];
    const { code } = await run("vitest", ["run", ...reporters, ...args]);
    const counts = existsSync(json)
      ? countTests(JSON.parse(readFileSync(json, "utf8")))
      : { passed: 0, failed: 0, skipped: 0 };
    // An unhandled error, or vitest itself, fails a run without failing a test.
    if (code !== 0 && counts.failed === 0) counts.failed = 1;
    report("tests", counts);
    return code;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs a script of package.json, without installing again. */
function script(name) {
  const { scripts } = JSON.parse(readFileSync(new URL("package.json", root), "utf8"));
  const [command, ...args] = scripts[name].replace("node scripts/run.mjs ", "").split(" ");
  return () => runQuietly(command, args);
}

const codes = await Promise.all([
  runStages([
    ["lint", script("lint")],
    ["types", script("typecheck")],
    ["docs", script("check:docs")],
  ]),
  vitest(process.argv.slice(2)),
]);
process.exitCode = codes.find((code) => code !== 0) ?? 0;
