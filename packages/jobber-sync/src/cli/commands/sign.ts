import { SIGNATURE_HEADER, signPayload } from "@jobber-sync/core";
import type { Command } from "commander";
import { type CommandContext, type JsonOption, print, withJson } from "../command-context.ts";
import { readSecret, type SecretOptions, withSecret } from "../read-secret.ts";
import { readFileOrInput } from "../saved-request.ts";

/** Adds `sign`: prints the header for a body. */
export function addSignCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("sign")
    .description("print the signature header of a body, from a file or the standard input")
    .argument("[file]", "the body; its bytes are signed unchanged");
  withJson(withSecret(command)).action(
    async (file: string | undefined, options: SecretOptions & JsonOption) => {
      const secret = readSecret(context.io, options);
      const signature = signPayload(await readFileOrInput(context.io, file), secret);
      print(context, options, {
        data: { header: SIGNATURE_HEADER, signature },
        text: () => `${SIGNATURE_HEADER}: ${signature}`,
      });
    },
  );
}
