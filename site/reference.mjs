// Generates the API reference from docstrings: one page per entry point of each package.

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { Application } from "typedoc";

const root = fileURLToPath(new URL("../", import.meta.url));

/**
 * Returns the entry points of every published package.
 *
 * @returns {{ title: string, page: string, package: string, entry: string, source: string }[]}
 */
export function entryPoints() {
  const packages = join(root, "packages");
  return readdirSync(packages)
    .filter((name) => existsSync(join(packages, name, "package.json")))
    .flatMap((name) => {
      const manifest = JSON.parse(readFileSync(join(packages, name, "package.json"), "utf8"));
      return Object.entries(manifest.exports).flatMap(([entry, target]) => {
        if (typeof target === "string") return [];
        const suffix = entry === "." ? "" : entry.slice(1);
        return {
          title: `${manifest.name}${suffix}`,
          page: `${name}${suffix.replaceAll("/", "-")}`,
          package: name,
          entry,
          source: join(packages, name, target["jobber-sync-source"]),
        };
      });
    })
    .sort((a, b) => Number(b.package === "jobber-sync") - Number(a.package === "jobber-sync"));
}

/** Writes the pages into a folder. @param {string} folder */
export async function writeReference(folder) {
  const entries = entryPoints();
  const app = await Application.bootstrapWithPlugins({
    name: "API reference",
    entryPoints: entries.map(({ source }) => source),
    entryPointStrategy: "resolve",
    tsconfig: join(root, "tsconfig.json"),
    basePath: root,
    // Types are checked by npm test.
    skipErrorChecking: true,
    plugin: ["typedoc-plugin-markdown"],
    readme: "none",
    logLevel: "Error",
    disableSources: true,
    excludeExternals: true,
    excludePrivate: true,
    sort: ["source-order"],
    router: "module",
    entryFileName: "index",
    groupOrder: ["Functions", "Classes", "Interfaces", "Type Aliases", "Variables", "*"],
    hideBreadcrumbs: true,
    hidePageHeader: true,
    hideGroupHeadings: false,
    useCodeBlocks: true,
    useHTMLAnchors: true,
    expandObjects: true,
    parametersFormat: "table",
    propertyMembersFormat: "table",
    typeDeclarationFormat: "table",
    enumMembersFormat: "table",
    formatWithPrettier: false,
  });
  const project = await app.convert();
  if (project === undefined) throw new Error("TypeDoc could not read the sources.");
  for (const module of project.children ?? []) {
    // TypeDoc names a module after its file, without "index".
    const entry = entries.find(({ source }) => source.endsWith(`${module.name}/index.ts`));
    const file = entries.find(({ source }) => source.endsWith(`${module.name}.ts`));
    module.name = (entry ?? file)?.page ?? module.name;
  }
  app.options.setValue("outputs", [{ name: "markdown", path: folder }]);
  await app.generateOutputs(project);
  for (const { page, title } of entries) {
    const file = pageFile(folder, page);
    const text = readFileSync(file, "utf8").replace(/^# .*$/m, `# ${title}`);
    writeFileSync(file, `---\noutline: [2, 3]\n---\n\n${text}`);
  }
  const list = entries.map(
    ({ title, page }) => `- [${title}](${relative(folder, pageFile(folder, page))})`,
  );
  writeFileSync(
    join(folder, "index.md"),
    `# API reference\n\nEvery export of every entry point, generated from the docstrings.\n\n${list.join("\n")}\n`,
  );
}

/** Returns the file of an entry point. One with a namespace has a folder. */
export function pageFile(folder, page) {
  const file = join(folder, `${page}.md`);
  return existsSync(file) ? file : join(folder, page, "index.md");
}
