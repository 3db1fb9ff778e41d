import { defineConfig } from "tsup";

/** The one build of all packages: ESM, CJS and declarations from `src` to `dist`. */
export function packageBuild(entry: Record<string, string> = { index: "src/index.ts" }) {
  return defineConfig({
    entry,
    format: ["esm", "cjs"],
    dts: true,
    clean: true,
    target: "node20",
    platform: "node",
    // In CJS too: two entry points of one package must share their module state.
    splitting: true,
    // Split CJS gets maps with the absolute paths of the machine that built it.
    sourcemap: false,
    // `node:sqlite` exists only under its full name.
    removeNodeProtocol: false,
  });
}
