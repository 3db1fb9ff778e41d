import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { root, run } from "../child.mjs";
import { npmInstall, type Runtimes } from "./install-runtimes.ts";
import { makeTypeConsumer } from "./make-type-consumer.ts";

/** A sample backend, ready to run. */
export interface Consumer {
  readonly name: string;
  readonly folder: string;
  readonly file: string;
}

const SOURCES = fileURLToPath(new URL("scripts/runtimes/", root));
const CONSUMER = readFileSync(join(SOURCES, "consumer.mjs"), "utf8");
const STRICT = {
  strict: true,
  target: "ES2022",
  lib: ["ES2023"],
  types: ["node"],
  outDir: "out",
  exactOptionalPropertyTypes: true,
};

/**
 * Folders in which the packed packages are installed. `types` holds one project per module setting,
 * to compile with the oldest TypeScript supported.
 */
export interface Consumers {
  readonly conformance: string;
  readonly consumers: readonly Consumer[];
  readonly types: string;
  /** NestJS, Next.js and Hono, with the code of docs/frameworks.md. */
  readonly frameworks: string;
}

const FRAMEWORKS = {
  "@hono/node-server": "^2.0.0",
  "@nestjs/common": "^12.0.0",
  "@nestjs/core": "^12.0.0",
  "@nestjs/platform-express": "^12.0.0",
  express: "^5.0.0",
  hono: "^4.0.0",
  next: "^16.0.0",
  react: "^19.0.0",
  "react-dom": "^19.0.0",
  "reflect-metadata": "^0.2.0",
  rxjs: "^7.8.0",
};

const OLDEST_TYPESCRIPT = "~5.4.5";

/**
 * Installs the tarballs into fresh folders and adds the conformance programs and the sample
 * backends.
 */
export async function makeConsumers(
  tarballs: Readonly<Record<string, string>>,
  runtimes: Runtimes,
): Promise<Consumers> {
  const esbuild = join(runtimes.folder, "node_modules/.bin/esbuild");
  const packages = Object.fromEntries(
    Object.entries(tarballs).map(([name, path]) => [name, `file:${path}`]),
  );

  const conformance = await fresh(
    "conformance",
    { type: "module" },
    pick(packages, "core", "web", "testing"),
  );
  cpSync(SOURCES, conformance, { recursive: true });
  const bridge = fileURLToPath(new URL("packages/web/test/support/serve-fetch.ts", root));
  await succeed(
    esbuild,
    [bridge, `--outfile=${join(conformance, "serve-fetch.mjs")}`, "--format=esm"],
    conformance,
  );
  await succeed(
    esbuild,
    [
      "in-worker.mjs",
      "--bundle",
      "--format=esm",
      "--outfile=worker.js",
      "--external:node:*",
      "--conditions=workerd,worker",
    ],
    conformance,
  );

  const backend = { ...pick(packages, "core", "express", "fastify", "web"), hono: "^4.0.0" };
  const compiler = { typescript: "~6.0.3", "@types/node": "^24.0.0", "@types/express": "^5.0.0" };
  const newest = await fresh(
    "newest",
    {},
    { ...backend, ...compiler, express: "^5.0.0", fastify: "^5.0.0" },
  );
  // The lower end of the peer dependency ranges.
  const oldest = await fresh("oldest", {}, { ...backend, express: "4.21.0", fastify: "5.0.0" });

  const consumers: Consumer[] = [];
  for (const [folder, frameworks] of [
    [newest, "newest frameworks"],
    [oldest, "Express 4.21.0, Fastify 5.0.0"],
  ] as const) {
    writeFileSync(join(folder, "consumer.mjs"), CONSUMER);
    writeFileSync(join(folder, "consumer.cjs"), toCommonJs(CONSUMER));
    consumers.push({ name: `ESM, ${frameworks}`, folder, file: "consumer.mjs" });
    consumers.push({ name: `CommonJS, ${frameworks}`, folder, file: "consumer.cjs" });
  }

  const tsc = join(newest, "node_modules/typescript/bin/tsc");
  const nodeNext = within(
    newest,
    "nodenext",
    { type: "module" },
    { ...STRICT, module: "NodeNext" },
  );
  await succeed(process.execPath, [tsc, "-p", "."], nodeNext);
  consumers.push({ name: "TypeScript, NodeNext", folder: nodeNext, file: "out/consumer.js" });

  const bundler = within(
    newest,
    "bundler",
    { type: "module" },
    { ...STRICT, module: "ESNext", moduleResolution: "bundler", noEmit: true },
  );
  await succeed(process.execPath, [tsc, "-p", "."], bundler);
  await succeed(
    esbuild,
    ["consumer.ts", "--bundle", "--platform=node", "--format=cjs", "--outfile=out/consumer.cjs"],
    bundler,
  );
  consumers.push({ name: "TypeScript, bundled", folder: bundler, file: "out/consumer.cjs" });

  const types = await fresh(
    "typescript-5.4",
    {},
    {
      ...packages,
      ...{ typescript: OLDEST_TYPESCRIPT, "@types/node": "^20.0.0", "@types/express": "^5.0.0" },
      ...{ "@types/pg": "^8.0.0", pg: "^8.0.0", "pg-boss": "^12.0.0", hono: "^4.0.0" },
      ...{ express: "^5.0.0", fastify: "^5.0.0" },
    },
  );
  makeTypeConsumer(types, SOURCES, Object.keys(tarballs));
  const node10 = within(
    types,
    "consumer",
    {},
    {
      ...STRICT,
      module: "commonjs",
      moduleResolution: "node10",
      ...{ esModuleInterop: true, skipLibCheck: true },
    },
  );
  const oldTsc = join(types, "node_modules/typescript/bin/tsc");
  await succeed(process.execPath, [oldTsc, "-p", "."], node10);
  consumers.push({ name: "TypeScript 5.4, CommonJS", folder: node10, file: "out/consumer.js" });

  const frameworks = await fresh(
    "frameworks",
    { type: "module" },
    { ...pick(packages, "core", "express", "web"), ...FRAMEWORKS },
  );
  cpSync(fileURLToPath(new URL("docs/frameworks.md", root)), join(frameworks, "frameworks.md"));
  cpSync(join(SOURCES, "frameworks.mjs"), join(frameworks, "frameworks.mjs"));
  return { conformance, consumers, types, frameworks };
}

/** Creates an empty folder and installs the dependencies into it with npm. */
async function fresh(
  name: string,
  manifest: object,
  dependencies: Readonly<Record<string, string>>,
): Promise<string> {
  console.log(`test-runtimes: installing the tarballs into .runtimes/${name}`);
  const folder = fileURLToPath(new URL(`.runtimes/${name}/`, root));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ private: true, ...manifest, dependencies }),
  );
  await npmInstall(folder);
  return folder;
}

function within(parent: string, name: string, manifest: object, compilerOptions: object): string {
  const folder = join(parent, name);
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, ...manifest }));
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ compilerOptions, files: ["consumer.ts"] }),
  );
  writeFileSync(join(folder, "consumer.ts"), CONSUMER);
  return folder;
}

function toCommonJs(source: string): string {
  return source
    .replaceAll(
      /^import \{(.*)\} from (".*");$/gm,
      (_, names: string, from: string) =>
        `const {${names.replaceAll(" as ", ": ")}} = require(${from});`,
    )
    .replaceAll(/^import (\w+) from (".*");$/gm, "const $1 = require($2);");
}

function pick(
  packages: Readonly<Record<string, string>>,
  ...names: string[]
): Record<string, string> {
  return Object.fromEntries(
    names.map((name) => [`@jobber-sync/${name}`, packages[`@jobber-sync/${name}`] ?? ""]),
  );
}

async function succeed(command: string, args: readonly string[], cwd: string): Promise<void> {
  const { code, stdout, stderr } = await run(command, args, {
    cwd: pathToFileURL(cwd),
    stdout: "pipe",
  });
  if (code !== 0)
    throw new Error(`${command} ${args.join(" ")} failed in ${cwd}:\n${stdout}${stderr}`);
}
