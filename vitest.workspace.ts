import { existsSync, readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

const condition = "jobber-sync-source";
const long = process.env.JOBBER_SYNC_LONG === "1";

const folders = ["packages", "examples"].flatMap((parent) =>
  readdirSync(new URL(parent, import.meta.url)).map((name) => `${parent}/${name}`),
);

/** One server for all tests of the package, and one process for many files: loading pg-boss takes long. */
const OWN_SETTINGS: Readonly<Record<string, object>> = {
  "packages/postgres": { globalSetup: "test/support/global-setup.ts", isolate: false },
};

export default defineConfig({
  resolve: { conditions: [condition, "module", "node", "development|production"] },
  ssr: { resolve: { conditions: [condition, "module", "node", "development|production"] } },
  test: {
    include: [long ? "test/**/*.long.test.ts" : "test/**/*.test.ts"],
    exclude: long ? [] : ["test/**/*.long.test.ts"],
    // Only to end what hangs: how long a test takes says more about the machine than about the code.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Processes, not threads: the tests open databases, sockets and native handles.
    pool: "forks",
    // The campaigns that wait for a claim to run out wait together.
    maxConcurrency: 10,
    // One more than there are cores: many tests wait, for a claim to run out or for a disk. On two cores it saves an eighth of the time.
    maxWorkers: Math.min(4, availableParallelism() + 1),
    // What a test loads natively, or starts in a worker thread, sees the sources too.
    execArgv: [`--conditions=${condition}`],
    projects: [...folders, "stress", "scripts"]
      .filter((folder) => existsSync(new URL(`${folder}/test`, import.meta.url)))
      .map((folder) => ({
        extends: true as const,
        test: { name: folder.replace("packages/", ""), root: folder, ...OWN_SETTINGS[folder] },
      })),
    coverage: { include: ["packages/*/src/**"] },
  },
});
