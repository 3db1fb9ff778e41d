import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { isAbsolute, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Logger } from "@jobber-sync/core";
import { openSqlite } from "@jobber-sync/sqlite";
import { createJobberSync, type JobberSync, type JobberSyncOptions } from "jobber-sync";
import { CliError } from "./cli-error.ts";
import type { CliIo } from "./cli-io.ts";
import { readDevSession } from "./dev/dev-session.ts";
import { findConfig, loadConfig } from "./load-config.ts";

/** Options that select the database and the app of a command. */
export interface TargetOptions {
  readonly config?: string | undefined;
  readonly database?: string | undefined;
}

/** The set-up that a command works on. */
export interface Target {
  /** Where it was found, for operators: a file, or a URL without its password. */
  readonly where: string;
  readonly options: JobberSyncOptions;
  /**
   * Creates the parts for commands that use more than the database.
   *
   * @throws {CliError} `ERR_CLI_CONFIG`
   */
  sync(changes?: Partial<JobberSyncOptions>): JobberSync;
  close(): Promise<void>;
}

/** The logger of commands: a failure is their own output, once, as one line. */
export const QUIET_LOGGER: Logger = { info() {}, warn() {}, error() {} };

/**
 * Opens what `--config` or `--database` name; without them, the database of the `jobber-sync dev`
 * that runs in this folder, else the folder's `jobber-sync.config.ts`.
 *
 * @throws {CliError} `ERR_CLI_CONFIG`
 * @throws {JobberSyncError} `ERR_STORE…`
 */
export async function openTarget(io: CliIo, given: TargetOptions): Promise<Target> {
  if (given.config !== undefined && given.database !== undefined)
    throw new CliError("ERR_CLI_USAGE", "--config and --database exclude each other.");
  if (given.database !== undefined) return openDatabase(io, given.database);
  const session = given.config === undefined ? readDevSession(io.cwd) : null;
  if (session !== null) {
    const { database, app, tenant } = session;
    const opened = openSqlite(database, { migrate: false, logger: QUIET_LOGGER });
    const tenants = [{ slug: tenant }];
    return targetOf(`${database} (jobber-sync dev)`, { database: opened, app, tenants });
  }
  const config = given.config ?? findConfig(io.cwd);
  if (config !== null && config !== undefined)
    return targetOf(config, await loadConfig(config, io.cwd));
  throw new CliError(
    "ERR_CLI_CONFIG",
    "There is no jobber-sync.config.ts here and no jobber-sync dev is running: pass --database <file or URL>, or --config <file>.",
  );
}

function targetOf(where: string, options: JobberSyncOptions, close?: () => Promise<void>): Target {
  return {
    where,
    options,
    sync(changes = {}) {
      try {
        return createJobberSync({ logger: QUIET_LOGGER, ...options, ...changes });
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        throw new CliError("ERR_CLI_CONFIG", error.message, { cause: error });
      }
    },
    async close() {
      await options.database.close?.();
      await close?.();
    },
  };
}

async function openDatabase(io: CliIo, name: string): Promise<Target> {
  const app = appOf(io.env);
  if (/^postgres(ql)?:/.test(name)) return openPostgres(io, name, app);
  const path = isAbsolute(name) ? name : join(io.cwd, name);
  if (!existsSync(path)) throw new CliError("ERR_CLI_CONFIG", `${path} does not exist.`);
  const database = openSqlite(path, { migrate: false, logger: QUIET_LOGGER });
  return targetOf(path, { database, app });
}

/** The app named in the environment, as in docs/setup.md. */
function appOf(env: CliIo["env"]): JobberSyncOptions["app"] {
  const { JOBBER_CLIENT_ID, JOBBER_CLIENT_SECRET, JOBBER_TOKEN_KEY, JOBBER_API_URL } = env;
  if (!JOBBER_CLIENT_ID) return undefined;
  return {
    clientId: JOBBER_CLIENT_ID,
    clientSecret: JOBBER_CLIENT_SECRET ?? "",
    encryptionKeys: [{ id: "1", key: JOBBER_TOKEN_KEY ?? "" }],
    endpoint: JOBBER_API_URL || undefined,
  };
}

// The packages of PostgreSQL are the user's: they need not be installed for SQLite.
async function openPostgres(
  { cwd }: CliIo,
  connectionString: string,
  app: JobberSyncOptions["app"],
): Promise<Target> {
  const { createPostgres, POOL_SETTINGS } = (await fromFolder(
    cwd,
    "@jobber-sync/postgres",
  )) as typeof import("@jobber-sync/postgres");
  const { default: pg } = (await fromFolder(cwd, "pg")) as typeof import("pg");
  const pool = new pg.Pool({ connectionString, ...POOL_SETTINGS }).on("error", () => {});
  // Without pg-boss: a worker that uses it finds replayed rows when it looks for overdue ones.
  const database = createPostgres({ pool, migrate: false });
  return targetOf(withoutPassword(connectionString), { database, app }, () => pool.end());
}

async function fromFolder(cwd: string, name: string): Promise<unknown> {
  try {
    const path = createRequire(join(cwd, "package.json")).resolve(name);
    return await import(/* @vite-ignore */ pathToFileURL(path).href);
  } catch (error) {
    throw new CliError(
      "ERR_CLI_CONFIG",
      `A PostgreSQL database needs ${name} in this folder: npm install @jobber-sync/postgres pg`,
      { cause: error },
    );
  }
}

function withoutPassword(connectionString: string): string {
  const url = new URL(connectionString);
  url.password = "";
  return url.href;
}
