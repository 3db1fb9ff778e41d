import { existsSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { pathToFileURL } from "node:url";
import { isJobberSyncError } from "@jobber-sync/core";
import type { JobberSyncOptions } from "../options.ts";
import { CliError } from "./cli-error.ts";

const NAMES = ["ts", "mts", "js", "mjs"].map((extension) => `jobber-sync.config.${extension}`);

/** Returns the configuration file of a folder; `null` if there is none. */
export function findConfig(cwd: string): string | null {
  const name = NAMES.find((candidate) => existsSync(join(cwd, candidate)));
  return name === undefined ? null : join(cwd, name);
}

/**
 * Loads a configuration file: a module whose default export are the options of `createJobberSync`,
 * or a function that returns them. Node runs TypeScript files from version 22.18 on.
 *
 * @throws {CliError} `ERR_CLI_CONFIG`
 * @throws {JobberSyncError} what opening the database in it throws
 */
export async function loadConfig(path: string, cwd: string): Promise<JobberSyncOptions> {
  const file = isAbsolute(path) ? path : join(cwd, path);
  if (!existsSync(file)) throw new CliError("ERR_CLI_CONFIG", `${path} does not exist.`);
  const loaded = await load(file);
  const options = typeof loaded === "function" ? await loaded() : loaded;
  if (isOptions(options)) return options;
  throw new CliError(
    "ERR_CLI_CONFIG",
    `${file} must export the options of createJobberSync as its default export, with a database.`,
  );
}

async function load(file: string): Promise<unknown> {
  try {
    const module = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as {
      readonly default?: unknown;
    };
    return module.default;
  } catch (error) {
    if (isJobberSyncError(error)) throw error;
    const code = (error as NodeJS.ErrnoException | null)?.code;
    const why =
      code === "ERR_UNKNOWN_FILE_EXTENSION"
        ? `Node ${process.versions.node} cannot run TypeScript: use 22.18 or newer, or a .mjs file.`
        : String((error as Error | null)?.message ?? error).split("\n")[0];
    throw new CliError("ERR_CLI_CONFIG", `${file} cannot be loaded: ${why}`, { cause: error });
  }
}

function isOptions(value: unknown): value is JobberSyncOptions {
  return (
    typeof value === "object" &&
    value !== null &&
    "database" in value &&
    !("receiver" in value && "inbox" in value)
  );
}
