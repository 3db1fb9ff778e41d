// Copies the Markdown of the repository to site/.content, with links that lead to the site's pages,
// or to GitHub for other files.

import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { OTHER_PAGES, sidebar, sitePath } from "./pages.mjs";
import { entryPoints, pageFile, writeReference } from "./reference.mjs";
import { withSiteLinks } from "./site-links.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
export const content = fileURLToPath(new URL(".content/", import.meta.url));

/** Stages every page, the API reference and the sidebar. */
export async function stage() {
  rmSync(content, { recursive: true, force: true });
  mkdirSync(content);
  const files = [
    ...Object.keys(OTHER_PAGES),
    ...globSync("docs/**/*.md", { cwd: root }),
    ...globSync("packages/*/README.md", { cwd: root }),
  ].sort();
  for (const file of files) {
    const path = sitePath(file);
    write(
      path === "index.md" ? "guide.md" : path,
      withSiteLinks(readFileSync(join(root, file), "utf8"), file),
    );
  }
  // JSON is YAML, and front matter is.
  write("index.md", `---\n${readFileSync(new URL("home.json", import.meta.url), "utf8")}---\n`);
  await writeReference(join(content, "reference"));
  const names = (pattern, suffix) =>
    globSync(pattern, { cwd: content })
      .sort()
      .map((file) => posix.basename(file, suffix));
  const packages = names("packages/*.md", ".md");
  const errors = names("errors/ERR_*.md", ".md");
  const entries = entryPoints().map(({ title, page }) => {
    const isFolder = pageFile(join(content, "reference"), page).endsWith("index.md");
    return { title, page: isFolder ? `${page}/` : page };
  });
  writeFileSync(
    new URL(".vitepress/sidebar.json", import.meta.url),
    JSON.stringify(sidebar({ packages, errors, entries })),
  );
}

function write(path, text) {
  const file = join(content, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
