import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import { type CommandContext, type JsonOption, useTarget, withTarget } from "../command-context.ts";
import {
  describeDelivery,
  type FilterOptions,
  filterOf,
  NOT_DONE,
  withFilter,
} from "../delivery-filter.ts";
import type { TargetOptions } from "../open-target.ts";
import { redactBody } from "../redact-body.ts";

interface ExportOptions extends FilterOptions, TargetOptions, JsonOption {
  readonly redact?: boolean;
  readonly output?: string;
}

/** Adds `inbox export`: deliveries with their bodies, one JSON object a line. */
export function addInboxExportCommand(inbox: Command, context: CommandContext): void {
  const command = inbox
    .command("export")
    .description("write deliveries with their bodies, as one JSON object a line")
    .argument("[numbers...]", "only these deliveries (default: those that are not done)")
    .option("--redact", "replace what may be about a person, to share a problem")
    .option("--output <file>", "a file that only you may read (default: the standard output)");
  withTarget(withFilter(command, [...NOT_DONE, "done"])).action(
    (numbers: readonly string[], options: ExportOptions) =>
      useTarget(context, options, async ({ options: { database } }) => {
        const filter = filterOf(options, numbers);
        const states = filter.states ?? (numbers.length > 0 ? undefined : NOT_DONE);
        const limit = filter.limit ?? Number.POSITIVE_INFINITY;
        const deliveries = await database.inbox.list({ ...filter, states, limit });
        const lines: string[] = [];
        for (const delivery of deliveries) {
          const body = await database.inbox.body(delivery.sequence);
          const described = describeDelivery(delivery);
          lines.push(JSON.stringify({ ...described, ...shown(body, options) }));
        }
        if (options.output === undefined) {
          for (const line of lines) context.io.out(line);
          return;
        }
        const file = resolve(context.io.cwd, options.output);
        writeFileSync(file, lines.map((line) => `${line}\n`).join(""), { mode: 0o600 });
        context.io.err(`${lines.length} deliveries in ${file}`);
      }),
  );
}

function shown(body: Uint8Array | null, { redact }: ExportOptions) {
  // Your own code wrote the error message.
  if (redact) return { body: body && redactBody(body), error: null, redacted: true };
  return { bodyBase64: body && Buffer.from(body).toString("base64") };
}
