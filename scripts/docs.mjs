// `npm run docs`: builds and checks the documentation site. The site is a workspace of its own, so
// that npm install and npm test install nothing of it; its packages are installed here.

import { readFileSync } from "node:fs";
import process from "node:process";
import { root, run } from "./child.mjs";

const site = new URL("site/", root);
const { packageManager } = JSON.parse(readFileSync(new URL("package.json", root), "utf8"));
const install = ["--loglevel=error", "-y", packageManager, "install", "--frozen-lockfile"];

async function main() {
  const installed = await run("npx", [...install, "--prefer-offline"], { cwd: site });
  if (installed.code !== 0) return installed.code;
  return (await run("node", ["build.mjs"], { cwd: site })).code;
}

process.exitCode = await main();
