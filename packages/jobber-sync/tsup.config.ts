import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { defineConfig, type Options } from "tsup";
import { packageBuild } from "../../tsup.base.ts";

// The command line is bundled with what only it uses, so that the library's own dependencies stay
// core and api: a webhook receiver installs no GraphQL.
const BUNDLED = [
  "@hono/node-server",
  "@jobber-sync/inspector",
  "@jobber-sync/sqlite",
  "@jobber-sync/testing",
  "@jobber-sync/web",
  "commander",
  "graphql",
  "hono",
];

export default defineConfig([
  { ...(packageBuild() as Options), clean: ["!cli/**"] },
  {
    ...(packageBuild({ main: "src/cli/main.ts" }) as Options),
    outDir: "dist/cli",
    format: "esm",
    dts: false,
    target: "node22",
    minify: true,
    noExternal: BUNDLED.map((name) => new RegExp(`^${name}(/|$)`)),
    external: ["jobber-sync", "@jobber-sync/postgres", "pg"],
    esbuildOptions(options) {
      // Workspace packages are bundled from their sources: no build has to run first.
      options.conditions = ["jobber-sync-source"];
    },
    async onSuccess() {
      mkdirSync("dist/cli", { recursive: true });
      writeFileSync("dist/cli/LICENSES.txt", licenses());
    },
  },
]);

/** Returns the licences of the bundled packages that are not this repository's. */
function licenses(): string {
  const folders = [
    ["commander", "node_modules/commander"],
    ["@hono/node-server", "node_modules/@hono/node-server"],
    ["hono", "../inspector/node_modules/hono"],
    ["graphql", "../testing/node_modules/graphql"],
  ] as const;
  return folders
    .map(([name, folder]) => `${name}\n\n${readFileSync(`${folder}/LICENSE`, "utf8").trim()}\n`)
    .join(`\n${"-".repeat(72)}\n\n`);
}
