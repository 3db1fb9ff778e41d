import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { basename, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { root, run } from "./child.mjs";
import { countTests } from "./count-tests.mjs";
import { deliveriesProgram, startProgram } from "./example-program.mjs";

const SOURCE = "--conditions=jobber-sync-source";
const CI_TALLY = process.env.JOBBER_SYNC_TALLY;
// What a test starts must not count into the tally of this run.
delete process.env.JOBBER_SYNC_TALLY;

const path = (relative) => fileURLToPath(new URL(relative, root));
const packages = () =>
  readdirSync(path("packages")).filter((name) => existsSync(path(`packages/${name}/package.json`)));

/** Runs a file with the Node that runs this one. */
const node = async (args, options) => (await run(process.execPath, args, options)).code;

/** The JavaScript file behind a command of a root dependency: the same on every platform, and no shell in between. */
function bin(packageName, command = basename(packageName)) {
  const { bin } = JSON.parse(
    readFileSync(path(`node_modules/${packageName}/package.json`), "utf8"),
  );
  return path(`node_modules/${packageName}/${typeof bin === "string" ? bin : bin[command]}`);
}

const colors = process.stdout.isTTY ? "force" : "off";
const lint = () =>
  node([
    bin("@biomejs/biome"),
    "ci",
    ".",
    "--error-on-warnings",
    "--diagnostic-level=warn",
    `--colors=${colors}`,
  ]);
const typecheck = () => node([bin("typescript", "tsc"), "-p", "tsconfig.json"]);

/** Runs one file of the repository that is somebody's work of its own. */
const file = (name) => (args) => {
  if (existsSync(path(name))) return node([SOURCE, name, ...args]);
  console.error(`run: ${name} does not exist`);
  return 1;
};

/** One line for people, one for `.ci/run`. */
function report(title, { passed, failed, skipped }) {
  console.log(
    `${title}: ${passed} passed, ${failed} failed${skipped === undefined ? "" : `, ${skipped} skipped`}`,
  );
  if (CI_TALLY) appendFileSync(CI_TALLY, `${passed} ${failed}\n`);
}

/** Runs every stage, whatever became of the one before, and reports how many passed. */
async function stages(list) {
  const failed = [];
  for (const [name, stage] of list) {
    const begin = performance.now();
    const code = await stage();
    console.log(
      `run: ${name} ${code === 0 ? "passed" : "FAILED"} in ${((performance.now() - begin) / 1000).toFixed(1)} s`,
    );
    if (code !== 0) failed.push(name);
  }
  report("checks", { passed: list.length - failed.length, failed: failed.length });
  if (failed.length > 0) console.log(`run: failed: ${failed.join(", ")}`);
  return failed.length === 0 ? 0 : 1;
}

async function vitest(args, env) {
  const folder = mkdtempSync(join(tmpdir(), "jobber-sync-test-"));
  const json = join(folder, "report.json");
  try {
    const code = await node(
      [
        bin("vitest"),
        "run",
        "--reporter=default",
        "--reporter=json",
        `--outputFile.json=${json}`,
        ...args,
      ],
      { env },
    );
    const counts = existsSync(json)
      ? countTests(JSON.parse(readFileSync(json, "utf8")))
      : { passed: 0, failed: 0, skipped: 0 };
    // An unhandled error, or vitest itself, fails a run without failing a test.
    if (code !== 0 && counts.failed === 0) counts.failed = 1;
    report("tests", counts);
    return code;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function test(args) {
  const checks = readdirSync(path("scripts")).filter((name) => /^check-.*\.mjs$/.test(name));
  const code = await stages([
    ["lint", lint],
    ["types", typecheck],
    ...checks
      .sort()
      .map((name) => [basename(name, ".mjs"), () => node([SOURCE, `scripts/${name}`])]),
  ]);
  return (await vitest(args)) || code;
}

/** Runs the tools that are silent when all is well, and prints what they said when it is not. */
async function quiet(command, args, options) {
  const { code, stdout, stderr } = await run(command, args, { ...options, stdout: "pipe" });
  if (code !== 0) process.stdout.write(stdout + stderr);
  return code;
}

async function build() {
  const queue = packages();
  let result = 0;
  const worker = async () => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
      const code = await quiet(process.execPath, [bin("tsup")], { cwd: path(`packages/${name}`) });
      if (code !== 0) console.log(`run: the build of ${name} failed`);
      result ||= code;
    }
  };
  await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, worker));
  return result;
}

/** Holds what users would install, the packed tarballs, to what a package promises. */
async function check() {
  const { packageManager } = JSON.parse(readFileSync(path("package.json"), "utf8"));
  const folder = mkdtempSync(join(tmpdir(), "jobber-sync-pack-"));
  const { version } = JSON.parse(readFileSync(path("packages/core/package.json"), "utf8"));
  const tarball = (name) => join(folder, `jobber-sync-${name}-${version}.tgz`);
  const pack = [
    "--loglevel=error",
    "-y",
    packageManager,
    "-r",
    "--filter",
    "./packages/*",
    "pack",
    "--pack-destination",
    folder,
  ];
  try {
    return await stages([
      ["build", build],
      ["pack", () => quiet("npx", pack)],
      ...packages().flatMap((name) => [
        [
          `publint ${name}`,
          () => quiet(process.execPath, [bin("publint"), "run", tarball(name), "--strict"]),
        ],
        // Only Node 10 and TypeScript's resolution of that name do not read `exports`.
        [
          `attw ${name}`,
          () =>
            quiet(process.execPath, [
              bin("@arethetypeswrong/cli", "attw"),
              tarball(name),
              "--profile",
              "strict",
            ]),
        ],
      ]),
      ["published names", () => node(["scripts/published-names.mjs"])],
      ["runtime names", () => node(["scripts/runtime-names.mjs"])],
      ["size", () => node([bin("size-limit")])],
      ["knip", () => node([bin("knip"), "--no-progress"])],
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What `node scripts/run.mjs <task>` can do. Each takes the arguments after `--` and gives the exit code. */
export const tasks = {
  demo: ([first, ...rest]) =>
    first === "--postgres"
      ? file("examples/fastify-postgres/src/demo.ts")(rest)
      : file("examples/express-sqlite/src/demo.ts")(first === undefined ? [] : [first, ...rest]),
  start: (args) => file(startProgram(args))([]),
  deliveries(args) {
    const program = deliveriesProgram(args);
    return file(program.file)(program.args);
  },
  test,
  "test:long": (args) => vitest(args, { JOBBER_SYNC_LONG: "1" }),
  "test:runtimes": file("scripts/test-runtimes.ts"),
  bench: file("bench/run.ts"),
  lint,
  typecheck,
  build,
  check,
};
