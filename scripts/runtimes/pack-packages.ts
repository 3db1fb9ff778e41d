import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { root, run } from "../child.mjs";

/** Builds and packs packages. Returns the path of each tarball by the name of its package. */
export async function packPackages(
  names: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  console.log(`test-runtimes: building and packing ${names.join(", ")}`);
  const folder = fileURLToPath(new URL(".runtimes/tarballs/", root));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { packageManager } = JSON.parse(readFileSync(new URL("package.json", root), "utf8")) as {
    packageManager: string;
  };
  const filters = names.flatMap((name) => ["--filter", `./packages/${name}`]);
  const pnpm = ["--loglevel=error", "-y", packageManager];
  await succeed("npx", [...pnpm, ...filters, "run", "build"]);
  await succeed("npx", [...pnpm, "-r", ...filters, "pack", "--pack-destination", folder]);
  return Object.fromEntries(
    names.map((folderName) => {
      const { name, version } = JSON.parse(
        readFileSync(new URL(`packages/${folderName}/package.json`, root), "utf8"),
      ) as { name: string; version: string };
      const tarball = `${name.replace("@", "").replace("/", "-")}-${version}.tgz`;
      return [name, `${folder}${tarball}`];
    }),
  );
}

async function succeed(command: string, args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await run(command, args, { stdout: "pipe" });
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} failed:\n${stdout}${stderr}`);
}
