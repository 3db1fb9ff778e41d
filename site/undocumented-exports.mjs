// Checks that every export has an entry with text in the API reference.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { entryPoints, pageFile } from "./reference.mjs";
import { content } from "./stage.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));

/** Returns the exports without an entry with text in the reference. */
export function undocumentedExports() {
  const missing = [];
  for (const { package: name, entry, page } of entryPoints()) {
    const text = readFileSync(pageFile(join(content, "reference"), page), "utf8");
    const published = readFileSync(join(root, `packages/${name}/published-names.txt`), "utf8");
    for (const line of published.trim().split("\n")) {
      const [from, ...rest] = line.split(" ");
      const exported = rest.at(-1);
      if (from === entry && !hasEntry(text, exported)) missing.push(`${name} ${line}`);
    }
  }
  return missing;
}

/** Whether the page has a heading of the name with a sentence, or a link to its entry elsewhere. */
function hasEntry(text, name) {
  const heading = new RegExp(
    `^###? \\\\?${name.replaceAll("_", "\\\\?_")}(\\(\\)|\\\\?<.*)?$`,
    "m",
  ).exec(text);
  if (heading === null) return new RegExp(`\\[${name}\\]\\(`).test(text);
  const after = text.slice(heading.index + heading[0].length);
  const section = after.split(/^###? |^\*\*\*$/m)[0] ?? "";
  const prose = section.replaceAll(/```[\s\S]*?```|<a id[^>]*><\/a>|^\|.*$|^#+ .*$/gm, "");
  return /[A-Za-z]{3}.*[.:]/s.test(prose);
}
