// Finds links of the built pages that lead to no page, file or heading.

import { existsSync, globSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

/**
 * Returns the links that lead nowhere.
 *
 * @param {string} dist the folder of the built site
 * @param {string} base the path that the site is served at, such as "/jobber-sync/"
 * @returns {string[]}
 */
export function deadLinks(dist, base) {
  const pages = new Map();
  for (const file of globSync("**/*.html", { cwd: dist })) {
    const html = readFileSync(join(dist, file), "utf8");
    const ids = new Set([...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => decodeEntities(id)));
    pages.set(`/${file}`, { html, ids });
  }
  return [...pages].flatMap(([page, { html }]) =>
    [...html.matchAll(/<(?:a|img|link|script)\s[^>]*?(?:href|src)="([^"]+)"/g)].flatMap(
      ([, link]) => {
        const target = decodeURI(decodeEntities(link));
        if (/^([a-z]+:|\/\/)/.test(target)) return [];
        const [path, anchor] = target.split("#");
        const absolute = path === "" ? page : resolve(page, path, base);
        const found = absolute === null ? undefined : fileFor(absolute);
        if (found === undefined) return [`${page}: ${target} leads nowhere`];
        if (anchor === undefined || anchor === "" || pages.get(found)?.ids.has(anchor)) return [];
        return [`${page}: ${found} has no #${anchor}`];
      },
    ),
  );

  function fileFor(path) {
    const candidates = [path, `${path}.html`, `${path.replace(/\/$/, "")}/index.html`];
    return candidates.find(
      (file) => pages.has(file) || (/\.\w+$/.test(file) && existsSync(join(dist, file))),
    );
  }
}

function resolve(page, path, base) {
  if (!path.startsWith("/")) return posix.join(posix.dirname(page), path);
  return path.startsWith(base) ? `/${path.slice(base.length)}` : null;
}

function decodeEntities(text) {
  return text.replaceAll("&amp;", "&").replaceAll("&quot;", '"').replaceAll("&#39;", "'");
}
