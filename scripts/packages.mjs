import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { root } from "./child.mjs";

/** Returns the folder of each published package. */
export function packageFolders() {
  const folder = new URL("packages/", root);
  return readdirSync(folder)
    .filter((name) => existsSync(new URL(`${name}/package.json`, folder)))
    .map((name) => ({ name, path: fileURLToPath(new URL(name, folder)) }));
}
