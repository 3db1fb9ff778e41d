import { diagnoseSignature, type Secrets } from "@jobber-sync/core";
import type { Command } from "commander";
import { CliError, EXIT } from "../cli-error.ts";
import { styled } from "../cli-io.ts";
import {
  type CommandContext,
  collect,
  type JsonOption,
  print,
  withJson,
} from "../command-context.ts";
import { readSecret, type SecretOptions, withSecret } from "../read-secret.ts";
import { parseSavedRequest, readFileOrInput } from "../saved-request.ts";

interface VerifyOptions extends SecretOptions, JsonOption {
  readonly signature?: readonly string[];
}

/** Adds `verify`: says whether a saved request verifies, and else which common mistake it is. */
export function addVerifyCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("verify")
    .description("verify the signature of a saved request, and name the likely mistake if it fails")
    .argument("[file]", "an HTTP request with headers, or a body alone; - for the standard input")
    .option("--signature <text>", "the header's value, for a body alone", collect);
  withJson(withSecret(command)).action(async (file: string | undefined, options: VerifyOptions) => {
    const secrets = readSecret(context.io, options, { unchecked: true });
    const saved = parseSavedRequest(await readFileOrInput(context.io, file));
    const signatures = options.signature ?? saved.signatures;
    if (signatures === null)
      throw new CliError(
        "ERR_CLI_USAGE",
        "The file has no headers: pass the value of X-Jobber-Hmac-SHA256 as --signature.",
      );
    const { cause, message } = diagnose(saved.body, signatures, secrets);
    const valid = cause === "valid";
    if (!valid) context.exitWith(EXIT.failed);
    const label = valid ? styled(context.io, "green", "valid") : styled(context.io, "red", cause);
    print(context, options, {
      data: { valid, cause, message },
      text: () => `${label}: ${message}`,
    });
  });
}

function diagnose(body: Uint8Array, signatures: readonly string[], secrets: Secrets) {
  try {
    const header = signatures.length === 1 ? signatures[0] : [...signatures];
    return diagnoseSignature({ body, header, secrets });
  } catch (error) {
    // A secret that is blank or too short.
    if (error instanceof TypeError) throw new CliError("ERR_CLI_INPUT", error.message);
    throw error;
  }
}
