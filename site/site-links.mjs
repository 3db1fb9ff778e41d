// Rewrites links between files of the repository to links between pages of the site.

import { existsSync } from "node:fs";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { sitePath } from "./pages.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
const REPOSITORY = "https://github.com/jobber-sync/jobber-sync/blob/main/";

/** Rewrites relative links of a file of the repository for its page. Code stays as it is. */
export function withSiteLinks(text, file) {
  const from = posix.dirname(sitePath(file));
  return text
    .split(/(^\s*```[\s\S]*?^\s*```|`[^`\n]*`)/m)
    .map((part, index) =>
      index % 2 === 1
        ? part
        : part.replaceAll(/\]\(([^)\s]+)\)/g, (_, link) => `](${siteLink(link, file, from)})`),
    )
    .join("");
}

function siteLink(link, file, from) {
  if (/^([a-z]+:|#)/.test(link)) return link;
  const [path, heading] = link.split("#");
  const target = posix.normalize(posix.join(posix.dirname(file), path));
  const page = sitePath(target);
  const anchor = heading === undefined ? "" : `#${heading}`;
  if (page === null || !existsSync(join(root, target))) return `${REPOSITORY}${target}${anchor}`;
  const shown = page === "index.md" ? "guide.md" : page;
  const relative = posix.relative(from, shown);
  return `${relative.startsWith(".") ? relative : `./${relative}`}${anchor}`;
}
