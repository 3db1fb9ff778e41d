import { existsSync, readdirSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const condition = "jobber-sync-source";

// Tests start dozens of processes that load the same sources: the cache saves each one half of its
// start. Not for coverage, which is imprecise for functions from the cache.
if (!process.argv.includes("--coverage"))
  process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), "node-compile-cache");

const folders = ["packages", "examples"].flatMap((parent) =>
  readdirSync(new URL(parent, import.meta.url)).map((name) => `${parent}/${name}`),
);

/** PostgreSQL: one server for all tests of the package. */
const OWN_SETTINGS: Readonly<Record<string, object>> = {
  "packages/postgres": {
    globalSetup: fileURLToPath(
      new URL("packages/postgres/test/support/global-setup.ts", import.meta.url),
    ),
  },
};

/** `vitest run --mode long` runs the long suite instead of the default one. */
export default defineConfig(({ mode }) => {
  const long = mode === "long" || process.env.JOBBER_SYNC_LONG === "1";
  return {
    resolve: { conditions: [condition, "module", "node", "development|production"] },
    ssr: { resolve: { conditions: [condition, "module", "node", "development|production"] } },
    test: {
      include: [long ? "test/**/*.long.test.ts" : "test/**/*.test.ts"],
      exclude: long ? [] : ["test/**/*.long.test.ts"],
      // Only to end what hangs: the duration of a test depends on the machine more than on the
      // code.
      testTimeout: 60_000,
      hookTimeout: 120_000,
      // Processes, not threads: the tests open databases, sockets and native handles.
      pool: "forks",
      // One process per worker instead of one per file, which saves 0.6 s of CPU a file. Tests
      // restore what they change.
      isolate: false,
      // Tests that wait for a lease to expire wait together.
      maxConcurrency: 10,
      // One more than there are cores, because many tests wait for leases or disks: saves an eighth
      // of the time on two cores.
      maxWorkers: Math.min(4, availableParallelism() + 1),
      // Modules that a test loads natively, or starts in a worker thread, resolve to the sources
      // too.
      execArgv: [`--conditions=${condition}`],
      projects: [...folders, "stress", "scripts"]
        .filter((folder) => existsSync(new URL(`${folder}/test`, import.meta.url)))
        .map((folder) => ({
          extends: true as const,
          test: { name: folder.replace("packages/", ""), root: folder, ...OWN_SETTINGS[folder] },
        })),
      coverage: { include: ["packages/*/src/**"] },
    },
  };
});
