import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { summary } from "./compare.ts";
import type { Figure } from "./figure.ts";

const ROUNDS = 21;

/** Measures the import of the built core against the import of zod alone. */
export async function importRows(): Promise<readonly Figure[]> {
  const core = buildCore();
  const zod = pathToFileURL(createRequire(fileURLToPath(core)).resolve("zod"));
  zod.pathname = zod.pathname.replace(/\.cjs$/, ".js");
  const ratios: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const [first, second] = round % 2 === 0 ? [core, zod] : [zod, core];
    const a = importMs(first);
    const b = importMs(second);
    ratios.push(first === core ? b / a : a / b);
  }
  return [
    summary(
      {
        name: "import of core",
        against: "import of zod; 1.15 × its time is 0.87 × its speed",
        target: 0.87,
      },
      ratios,
    ),
  ];
}

/**
 * Builds the current core into a folder from which it finds zod. `dist` may be older and stays
 * unchanged.
 */
function buildCore(): URL {
  const folder = new URL("../packages/core/", import.meta.url);
  const tsup = fileURLToPath(new URL("../node_modules/tsup/dist/cli-default.js", import.meta.url));
  const target = "node_modules/.bench";
  execFileSync(process.execPath, [tsup, "--no-dts", "--format", "esm", "--out-dir", target], {
    cwd: fileURLToPath(folder),
    stdio: ["ignore", "ignore", "inherit"],
  });
  return new URL(`${target}/index.js`, folder);
}

function importMs(url: URL): number {
  const script = `const start = performance.now(); await import(${JSON.stringify(url.href)}); console.log(performance.now() - start);`;
  return Number(
    execFileSync(process.execPath, ["--input-type=module", "--eval", script]).toString(),
  );
}
