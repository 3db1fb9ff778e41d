import type { Command } from "commander";
import { CliError, EXIT } from "../cli-error.ts";
import { printable, styled } from "../cli-io.ts";
import {
  type CommandContext,
  collect,
  type JsonOption,
  print,
  withJson,
} from "../command-context.ts";
import type { TriggerResult } from "../dev/control-server.ts";
import { type DevSession, readDevSession } from "../dev/dev-session.ts";
import type { TriggerRequest } from "../dev/trigger-event.ts";

type TriggerOptions = Omit<TriggerRequest, "topic" | "set"> &
  JsonOption & { readonly set?: readonly string[] };

/** Adds `trigger`: changes a simulated record, so that webhook and API agree. */
export function addTriggerCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("trigger")
    .description("change a record of the simulated Jobber, which sends the webhook of the change")
    .argument("<topic>", "such as JOB_UPDATE, CLIENT_CREATE, VISIT_COMPLETE, JOB_DESTROY")
    .option("--set <field=value>", "a field of the record, repeatable: title=…, total=…", collect)
    .option("--job <number or id>", "the job (default: the first one)")
    .option("--client <id, e-mail or name>", "the client")
    .option("--property <id>", "the property")
    .option("--visit <id>", "the visit");
  withJson(command).action(async (topic: string, options: TriggerOptions) => {
    const session = readDevSession(context.io.cwd);
    if (session === null)
      throw new CliError(
        "ERR_CLI_NOT_RUNNING",
        "No jobber-sync dev runs in this folder: start it in another terminal first.",
      );
    const { set = [], json: _, ...selectors } = options;
    const result = await post(session, { topic, set, ...selectors });
    const accepted = result.responses.every((status) => status !== null && status < 300);
    if (!accepted || result.responses.length === 0) context.exitWith(EXIT.failed);
    print(context, options, { data: result, text: () => describe(context, result) });
  });
}

async function post(session: DevSession, request: TriggerRequest): Promise<TriggerResult> {
  const response = await fetch(`${session.controlUrl}/trigger`, {
    method: "POST",
    headers: { authorization: `Bearer ${session.controlToken}` },
    body: JSON.stringify(request),
  }).catch((error: unknown) => {
    throw new CliError("ERR_CLI_NOT_RUNNING", "jobber-sync dev does not respond: start it again.", {
      cause: error,
    });
  });
  if (response.ok) return (await response.json()) as TriggerResult;
  if (response.status !== 400)
    throw new CliError("ERR_CLI_FAILED", `jobber-sync dev responded with ${response.status}.`);
  const { message } = (await response.json()) as { readonly message: string };
  throw new CliError("ERR_CLI_USAGE", message);
}

function describe({ io }: CommandContext, { event, responses, stored }: TriggerResult): string {
  const { topic, kind, id, before, after } = event;
  const lines = [
    printable(`${topic}  ${kind === null ? id : `${kind} ${nameOf(after ?? before) ?? id}`}`),
    ...changes(before, after).map((line) => `  ${printable(line)}`),
    ...responses.map((status) => {
      const text = status === null ? "no response" : String(status);
      return `webhook  ${styled(io, status === 200 ? "green" : "red", text)}`;
    }),
  ];
  if (kind === "job" || kind === "client") {
    const state = stored === null ? "no record" : stored.deletedAt === null ? "" : "deleted";
    const shown =
      state || `${String(stored?.title ?? stored?.name)}, ${String(stored?.status ?? "")}`;
    lines.push(`stored   ${printable(shown.replace(/, $/, ""))}`);
  }
  return lines.join("\n");
}

function changes(
  before: TriggerResult["event"]["before"],
  after: TriggerResult["event"]["after"],
): readonly string[] {
  if (after === null) return [];
  return Object.entries(after).flatMap(([name, value]) => {
    if (name === "updatedAt" || name === "createdAt" || name.endsWith("Id")) return [];
    const old = before?.[name];
    if (JSON.stringify(old) === JSON.stringify(value)) return [];
    return before === null
      ? value === null
        ? []
        : [`${name}: ${JSON.stringify(value)}`]
      : [`${name}: ${JSON.stringify(old)} → ${JSON.stringify(value)}`];
  });
}

function nameOf(record: Readonly<Record<string, unknown>> | null): string | null {
  if (record === null) return null;
  if ("jobNumber" in record) return String(record.jobNumber);
  return "firstName" in record ? `${record.firstName} ${record.lastName}`.trim() : null;
}
