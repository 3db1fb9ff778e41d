// Runs a command in this repository: `node scripts/run.mjs <command> [arguments]`. Plain JavaScript
// for Node 18 with nothing installed: finds a Node that is new enough and installs the
// dependencies, then runs the command.

import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { root, run } from "./child.mjs";

// 22.18 is the first release that runs .ts files as they are.
const NODE_FLOOR = [22, 18];
const NODE_PACKAGE = "node@24";

const say = (line) => console.log(`run: ${line}`);

function nodeIsTooOld() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  return major < NODE_FLOOR[0] || (major === NODE_FLOOR[0] && minor < NODE_FLOOR[1]);
}

/**
 * Returns the path of a newer Node from npm: the binary itself, because npx would not forward
 * signals.
 */
async function newerNode() {
  const args = [
    "--loglevel=error",
    "-y",
    "-p",
    NODE_PACKAGE,
    "--",
    "node",
    "-p",
    "process.execPath",
  ];
  const { code, stdout } = await run("npx", args, { stdout: "pipe" });
  const path = stdout.trim().split("\n").at(-1);
  if (code !== 0 || !path || !existsSync(path)) {
    throw new Error(
      `npm could not provide ${NODE_PACKAGE}. Install Node ${NODE_FLOOR.join(".")} or newer and try again.`,
    );
  }
  return path;
}

/** Hashes what an install depends on. */
function installFingerprint() {
  const hash = createHash("sha256").update(`${process.platform} ${process.arch}`);
  for (const file of ["pnpm-lock.yaml", "pnpm-workspace.yaml"])
    hash.update(readFileSync(new URL(file, root)));
  return hash.digest("hex");
}

async function install() {
  const { packageManager } = JSON.parse(readFileSync(new URL("package.json", root), "utf8"));
  const marker = new URL("node_modules/.jobber-sync-installed", root);
  const fingerprint = installFingerprint();
  if (existsSync(marker) && readFileSync(marker, "utf8") === fingerprint) return;
  say(`installing dependencies with ${packageManager}`);
  const { code } = await run("npx", [
    "--loglevel=error",
    "-y",
    packageManager,
    "install",
    "--frozen-lockfile",
    // Without a terminal pnpm cannot ask before it replaces an older node_modules.
    "--config.confirmModulesPurge=false",
  ]);
  if (code !== 0)
    throw new Error(`${packageManager} could not install the dependencies, see above.`);
  writeFileSync(marker, fingerprint);
}

async function main([command, ...args]) {
  if (command === undefined) throw new Error("Usage: node scripts/run.mjs <command> [arguments]");
  if (nodeIsTooOld()) {
    if (process.env.JOBBER_SYNC_NODE)
      throw new Error(`${NODE_PACKAGE} turned out to be ${process.version}.`);
    say(
      `Node ${process.versions.node} is older than ${NODE_FLOOR.join(".")}, using ${NODE_PACKAGE} from npm`,
    );
    const node = await newerNode();
    const { code } = await run(node, process.argv.slice(1), { env: { JOBBER_SYNC_NODE: node } });
    return code;
  }
  delete process.env.JOBBER_SYNC_NODE;
  const top = fileURLToPath(root);
  process.chdir(top);
  // Commands, and everything they start, use this Node and the installed tools.
  process.env.PATH = [
    dirname(process.execPath),
    fileURLToPath(new URL("node_modules/.bin", root)),
    process.env.PATH,
  ].join(delimiter);
  if (!process.stdout.isTTY && process.env.FORCE_COLOR === undefined) process.env.NO_COLOR = "1";
  await install();
  // pnpm passes the "--" that separates its own arguments on to the script; npm does not.
  const { code } = await run(
    command,
    args.filter((arg) => arg !== "--"),
  );
  return code;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(`run: ${error.message}`);
  process.exitCode = 1;
}
