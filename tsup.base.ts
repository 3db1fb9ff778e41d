import { defineConfig } from "tsup";

/** Returns the build configuration of a package: ESM, CJS and declarations from `src` to `dist`. */
export function packageBuild(entry: Record<string, string> = { index: "src/index.ts" }) {
  return defineConfig({
    entry,
    format: ["esm", "cjs"],
    dts: true,
    clean: true,
    target: "node20",
    platform: "node",
    // Also for CJS: the entry points of a package must share module state.
    splitting: true,
    // Maps of split CJS contain absolute paths of the build machine.
    sourcemap: false,
    // `node:sqlite` has no name without the prefix.
    removeNodeProtocol: false,
  });
}
