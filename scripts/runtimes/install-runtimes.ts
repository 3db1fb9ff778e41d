import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { root, run } from "../child.mjs";

/** A JavaScript runtime. */
export interface Runtime {
  readonly name: string;
  readonly version: string;
  /** The program and its arguments before the name of the file. */
  readonly command: readonly [program: string, ...args: string[]];
}

/** The installed runtimes. */
export interface Runtimes {
  readonly nodes: readonly Runtime[];
  readonly bun: Runtime;
  readonly deno: Runtime;
  readonly workerdVersion: string;
  /**
   * An untracked folder: npm's `node` package would otherwise replace `node` in the whole
   * workspace.
   */
  readonly folder: string;
}

const NODES = ["20", "22", "24", "26"] as const;
const DEPENDENCIES = {
  ...Object.fromEntries(NODES.map((major) => [`node-${major}`, `npm:node@${major}`])),
  bun: "^1.4.0",
  deno: "^2.9.0",
  miniflare: "^4.0.0",
  esbuild: "^0.28.0",
};

/** Installs every runtime from npm, unless it is already installed. */
export async function installRuntimes(): Promise<Runtimes> {
  const folder = fileURLToPath(new URL(".runtimes/", root));
  const manifest = JSON.stringify({ private: true, dependencies: DEPENDENCIES }, null, 2);
  const manifestPath = `${folder}package.json`;
  const installed = existsSync(`${folder}node_modules/.installed`)
    ? readFileSync(`${folder}node_modules/.installed`, "utf8")
    : "";
  if (installed !== manifest) {
    console.log("test-runtimes: installing Node, Bun, Deno and workerd from npm into .runtimes");
    mkdirSync(folder, { recursive: true });
    writeFileSync(manifestPath, manifest);
    await npmInstall(folder);
    writeFileSync(`${folder}node_modules/.installed`, manifest);
  }
  const bin = (name: string) => `${folder}node_modules/.bin/${name}`;
  const node = (major: string): Promise<Runtime> =>
    runtime("Node", [`${folder}node_modules/node-${major}/bin/node`], "-v");
  return {
    nodes: await Promise.all(NODES.map(node)),
    bun: await runtime("Bun", [bin("bun")], "-v"),
    deno: await runtime("Deno", [bin("deno"), "run", "--allow-all", "--quiet", "--no-lock"], "-V"),
    workerdVersion: versionOf(`${folder}node_modules/workerd`),
    folder,
  };
}

/** Runs `npm install`. @throws {Error} with npm's output when it fails */
export async function npmInstall(folder: string): Promise<void> {
  const { code, stdout, stderr } = await run(
    "npm",
    ["install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"],
    { cwd: pathToFileURL(folder), stdout: "pipe" },
  );
  if (code !== 0) throw new Error(`npm install in ${folder} failed:\n${stdout}${stderr}`);
}

async function runtime(
  name: string,
  command: Runtime["command"],
  versionFlag: string,
): Promise<Runtime> {
  const { stdout } = await run(command[0], [versionFlag], { stdout: "pipe" });
  return { name, version: stdout.trim().replace(/^(v|deno )/, ""), command };
}

function versionOf(packageFolder: string): string {
  const { version } = JSON.parse(readFileSync(`${packageFolder}/package.json`, "utf8")) as {
    version: string;
  };
  return version;
}
