// The way into this repository: `node scripts/run.mjs <task> [-- arguments]`. Plain JavaScript for Node 18 and nothing installed.

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

/** The path of a Node that is new enough, from npm. The binary itself, so that no npx stands between a signal and the task. */
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

/** What an install depends on: with this unchanged, `node_modules` is what the lockfile says. */
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
  if (existsSync(marker) && readFileSync(marker, "utf8") === fingerprint) {
    return say("dependencies are as pnpm-lock.yaml says, nothing to install");
  }
  say(`installing what pnpm-lock.yaml says, with ${packageManager} from npm`);
  const { code } = await run("npx", [
    "--loglevel=error",
    "-y",
    packageManager,
    "install",
    "--frozen-lockfile",
    // Without a terminal there is nobody to ask whether an older node_modules may go.
    "--config.confirmModulesPurge=false",
  ]);
  if (code !== 0)
    throw new Error(`${packageManager} could not install the dependencies, see above.`);
  writeFileSync(marker, fingerprint);
}

async function main([task, ...rest]) {
  const args = rest[0] === "--" ? rest.slice(1) : rest;
  if (nodeIsTooOld()) {
    if (process.env.JOBBER_SYNC_NODE)
      throw new Error(`${NODE_PACKAGE} turned out to be ${process.version}.`);
    say(
      `Node ${process.versions.node} cannot run TypeScript (${NODE_FLOOR.join(".")} can), going on with ${NODE_PACKAGE} from npm`,
    );
    const node = await newerNode();
    const { code } = await run(node, process.argv.slice(1), { env: { JOBBER_SYNC_NODE: node } });
    return code;
  }
  delete process.env.JOBBER_SYNC_NODE;
  // Every `node` that a tool or a test starts is this one.
  process.env.PATH = `${dirname(process.execPath)}${delimiter}${process.env.PATH}`;
  process.chdir(fileURLToPath(root));
  // Without a terminal nobody sees colours, only their codes in a log.
  if (!process.stdout.isTTY && process.env.FORCE_COLOR === undefined) process.env.NO_COLOR = "1";
  await install();
  const { tasks } = await import("./tasks.mjs");
  if (!Object.hasOwn(tasks, task ?? "")) {
    throw new Error(`There is no task "${task ?? ""}". Tasks: ${Object.keys(tasks).join(", ")}.`);
  }
  return tasks[task](args);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(`run: ${error.message}`);
  process.exitCode = 1;
}
