// Builds every package with tsup, as many at a time as there are cores.

import { availableParallelism } from "node:os";
import process from "node:process";
import { runQuietly } from "./child.mjs";
import { packageFolders } from "./packages.mjs";

const queue = packageFolders();
process.exitCode = 0;
async function buildNext() {
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const code = await runQuietly("tsup", [], { cwd: next.path });
    if (code === 0) continue;
    console.log(`run: the build of ${next.name} failed`);
    process.exitCode = code;
  }
}
await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, buildNext));
