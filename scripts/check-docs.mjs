// Checks the documentation: examples compile, links resolve, commands exist, every error code has a
// page, and all text follows the rules of prose.mjs.

import { existsSync, globSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { codeBlocks, exampleBlocks } from "./code-blocks.mjs";
import { compileBlocks } from "./compile-blocks.mjs";
import { proseMistakes } from "./prose.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
// The workspace's root has no packages of the workspace: it is looked up from where there are some.
const core = createRequire(new URL("../examples/backend/package.json", import.meta.url)).resolve(
  "@jobber-sync/core",
);
const { ERROR_CODES } = await import(pathToFileURL(core).href);
const glob = (pattern) => globSync(pattern, { cwd: root, exclude: ["**/node_modules/**"] }).sort();
const read = (file) => readFileSync(join(root, file), "utf8");

const pages = [
  "README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  ...glob("packages/*/README.md"),
  ...glob("examples/**/README.md"),
  ...glob("docs/**/*.md"),
];
const sources = glob("packages/*/src/**/*.ts");

const mistakes = [
  ...examples(),
  ...pages.flatMap(links),
  ...pages.flatMap(commands),
  ...errorPages(),
  ...namedTests("docs/evidence.md"),
  ...prose(),
];
for (const mistake of mistakes) console.log(mistake);
console.log(`docs: ${pages.length} pages, ${mistakes.length} mistakes`);
process.exitCode = mistakes.length === 0 ? 0 : 1;

function examples() {
  const blocks = [
    ...pages.flatMap((file) => codeBlocks(read(file), "ts").map((block) => ({ file, ...block }))),
    ...sources.flatMap((file) => exampleBlocks(read(file)).map((block) => ({ file, ...block }))),
  ];
  return compileBlocks(blocks, {
    root,
    bases: [...glob("examples/*"), ...glob("packages/*")].map((b) => join(root, b)),
  });
}

/** Checks links to files of the repository and to headings in them. */
function links(file) {
  const text = withoutCode(read(file));
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link]) => {
    if (/^[a-z]+:/.test(link)) return [];
    const [path, heading] = link.split("#");
    const target = path === "" ? file : relative(root, resolve(root, dirname(file), path));
    if (!existsSync(join(root, target))) return [`${file}: the link ${link} leads nowhere`];
    if (heading === undefined || headings(read(target)).includes(heading)) return [];
    return [`${file}: ${target} has no heading #${heading}`];
  });
}

/**
 * Checks that every `npm run <script>` exists, in the root or in the folder of the last `cd` in its
 * block.
 */
function commands(file) {
  const text = read(file);
  const blocks = codeBlocks(text, "sh").map(({ code }) => code.split("\n"));
  const prose = text.replaceAll(/^\s*```[\s\S]*?^\s*```/gm, "").split("\n");
  return [prose, ...blocks].flatMap((lines) => {
    let folder = ".";
    return lines.flatMap((line) => {
      const cd = /^\s*cd (\S+)/.exec(line)?.[1];
      if (cd !== undefined) folder = join(folder, cd);
      if (!existsSync(join(root, folder, "package.json")))
        return [`${file}: there is no ${folder}/package.json`];
      const { scripts = {} } = JSON.parse(read(join(folder, "package.json")));
      const named = [...line.matchAll(/\b(?:npm|pnpm) run ([\w:-]+)/g)].map(([, name]) => name);
      for (const name of ["start", "test"]) if (line.includes(`npm ${name}`)) named.push(name);
      return named
        .filter((name) => !Object.hasOwn(scripts, name))
        .map((name) => `${file}: ${join(folder, "package.json")} has no script "${name}"`);
    });
  });
}

function errorPages() {
  const yesNo = (value) => (value ? "yes" : "no");
  const index = read("docs/index.md");
  const written = glob("docs/errors/ERR_*.md").map((file) => /(ERR_\w+)\.md$/.exec(file)?.[1]);
  return [
    ...Object.entries(ERROR_CODES).flatMap(([code, { status, retryable, expose }]) => {
      if (!written.includes(code)) return [`docs/errors/${code}.md is missing`];
      const facts = `HTTP status ${status} · Retryable: ${yesNo(retryable)} · Exposed to sender: ${yesNo(expose)}`;
      const [title, , said] = read(`docs/errors/${code}.md`).split("\n");
      if (title !== `# ${code}`) return [`docs/errors/${code}.md must begin with "# ${code}"`];
      return said === facts ? [] : [`docs/errors/${code}.md must say "${facts}" on its third line`];
    }),
    ...written
      .filter((code) => !index.includes(`(errors/${code}.md)`))
      .map((code) => `docs/index.md does not link errors/${code}.md`),
    ...written
      .filter((code) => !Object.hasOwn(ERROR_CODES, code))
      .map((code) => `docs/errors/${code}.md is about a code that does not exist`),
  ];
}

/** Checks the text of the repository against the rules of prose.mjs. */
function prose() {
  const facts = headings(read("docs/jobber-facts.md"));
  return glob("**/*.{ts,mjs,md}")
    .filter((file) => !/(^|\/)(dist|coverage|\.data|\.runtimes)\//.test(file))
    .flatMap((file) =>
      proseMistakes(file, read(file), facts).map(
        ({ line, mistake }) => `${file}:${line}: ${mistake}`,
      ),
    );
}

/** Checks that each test in a table with the columns `[`file`](link)` and name exists. */
function namedTests(page) {
  return [...read(page).matchAll(/\| \[`([^`]+\.test\.ts)`\]\([^)]*\) +\| (.*?) +\|$/gm)].flatMap(
    ([, file, name]) =>
      existsSync(join(root, file)) && read(file).includes(name)
        ? []
        : [`${page}: ${file} has no test "${name}"`],
  );
}

function withoutCode(markdown) {
  return markdown.replaceAll(/^\s*```[\s\S]*?^\s*```/gm, "").replaceAll(/`[^`\n]*`/g, "``");
}

/** Returns the anchors that GitHub and VitePress derive from headings. */
function headings(markdown) {
  return [...markdown.replaceAll(/^\s*```[\s\S]*?^\s*```/gm, "").matchAll(/^#+ (.*)$/gm)].map(
    ([, title]) =>
      title
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
  );
}
