// Builds the documentation site into site/.vitepress/dist, without network, and checks it.

import process from "node:process";
import { fileURLToPath } from "node:url";
import { build } from "vitepress";
import { deadLinks } from "./dead-links.mjs";
import { stage } from "./stage.mjs";
import { undocumentedExports } from "./undocumented-exports.mjs";

const site = fileURLToPath(new URL(".", import.meta.url));
await stage();
await build(site);
const base = process.env.JOBBER_SYNC_BASE ?? "/jobber-sync/";
const mistakes = [
  ...deadLinks(fileURLToPath(new URL(".vitepress/dist", import.meta.url)), base),
  ...undocumentedExports().map((name) => `no reference entry with text: ${name}`),
];
for (const mistake of mistakes) console.log(mistake);
console.log(`site: ${mistakes.length} mistakes`);
process.exitCode = mistakes.length === 0 ? 0 : 1;
