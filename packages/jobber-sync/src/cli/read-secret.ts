import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { prepareSecrets } from "@jobber-sync/core";
import type { Command } from "commander";
import { CliError } from "./cli-error.ts";
import type { CliIo } from "./cli-io.ts";
import { readDevSession } from "./dev/dev-session.ts";

/** Options that name a client secret. */
export interface SecretOptions {
  readonly secret?: string | undefined;
  readonly secretFile?: string | undefined;
}

/** Adds the options of a client secret. */
export function withSecret(command: Command): Command {
  return command
    .option("--secret <text>", "the client secret (default: $JOBBER_CLIENT_SECRET)")
    .option("--secret-file <file>", "a file with the client secret and nothing else");
}

/**
 * Reads the client secret from the options, the environment, or the `jobber-sync dev` that runs in
 * this folder. `verify` takes secrets that signing rejects, because they are what it looks for.
 *
 * @throws {CliError} `ERR_CLI_USAGE`, `ERR_CLI_INPUT`
 */
export function readSecret(
  { cwd, env }: CliIo,
  { secret, secretFile }: SecretOptions,
  { unchecked = false }: { readonly unchecked?: boolean } = {},
): string {
  const found =
    secret ??
    (secretFile === undefined ? undefined : readText(resolve(cwd, secretFile))) ??
    env.JOBBER_CLIENT_SECRET ??
    readDevSession(cwd)?.app.clientSecret;
  if (found === undefined || found === "")
    throw new CliError(
      "ERR_CLI_USAGE",
      "There is no secret: set JOBBER_CLIENT_SECRET, or pass --secret-file or --secret.",
    );
  if (unchecked) return found;
  try {
    prepareSecrets(found);
  } catch (error) {
    throw new CliError("ERR_CLI_INPUT", (error as Error).message, { cause: error });
  }
  return found;
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new CliError("ERR_CLI_INPUT", `${file} cannot be read.`, { cause: error });
  }
}
