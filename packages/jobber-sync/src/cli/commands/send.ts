import { SIGNATURE_HEADER, signPayload } from "@jobber-sync/core";
import { notificationPayload, snapshotPayload } from "@jobber-sync/testing";
import { type Command, Option } from "commander";
import { CliError, EXIT } from "../cli-error.ts";
import { printable, styled } from "../cli-io.ts";
import { type CommandContext, type JsonOption, print, withJson } from "../command-context.ts";
import { readSecret, type SecretOptions, withSecret } from "../read-secret.ts";
import { parseSavedRequest, readFileOrInput } from "../saved-request.ts";

interface SendOptions extends SecretOptions, JsonOption {
  readonly file?: string;
  readonly topic?: string;
  readonly item?: string;
  readonly account?: string;
  readonly snapshot?: Parameters<typeof snapshotPayload>[0];
}

const SNAPSHOTS = ["job", "client"].flatMap((record) =>
  ["created", "updated", "completed", "deleted"]
    .map((change) => `${record}.${change}`)
    .filter((event) => event !== "client.completed"),
);
const TIMEOUT_MS = 10_000;
// Jobber expects a response within a second: see docs/jobber-facts.md#delivery-rules.
const EXPECTED_MS = 1000;

/** Adds `send`: posts a signed request to any URL. */
export function addSendCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("send")
    .description("send a signed webhook to a URL, and print the response and its time")
    .argument("<url>", "such as http://127.0.0.1:3000/webhooks/jobber/acme")
    .option("--topic <topic>", "a notification as Jobber sends it, such as JOB_UPDATE")
    .option("--item <id>", "the itemId of the notification")
    .option("--account <id>", "the accountId of the notification")
    .addOption(new Option("--snapshot <event>", "a snapshot with sample data").choices(SNAPSHOTS))
    .option("--file <file>", "a saved body or request; - for the standard input");
  withJson(withSecret(command)).action(async (url: string, options: SendOptions) => {
    if (!URL.canParse(url) || !/^https?:/.test(url))
      throw new CliError("ERR_CLI_USAGE", `${url} is not an http or https URL.`);
    const body = await bodyOf(context, options);
    const signature = signPayload(body, readSecret(context.io, options));
    const { status, text, durationMs } = await post(url, body, signature);
    const ok = status >= 200 && status < 300;
    if (!ok) context.exitWith(EXIT.failed);
    const late = durationMs > EXPECTED_MS ? " (Jobber expects a response within 1 s)" : "";
    const shown = styled(context.io, ok ? "green" : "red", String(status));
    print(context, options, {
      data: { status, durationMs: Math.round(durationMs), body: text },
      text: () => `${shown} in ${durationMs.toFixed(0)} ms${late}  ${printable(text)}`,
    });
  });
}

async function bodyOf({ io }: CommandContext, options: SendOptions): Promise<Uint8Array> {
  const { file, topic, snapshot, item, account } = options;
  if ([file, topic, snapshot].filter((given) => given !== undefined).length !== 1)
    throw new CliError("ERR_CLI_USAGE", "Pass one of --topic, --snapshot and --file.");
  if (file !== undefined) return parseSavedRequest(await readFileOrInput(io, file)).body;
  const occurredAt = `${new Date().toISOString().slice(0, 19)}Z`;
  const payload =
    snapshot !== undefined
      ? snapshotPayload(snapshot)
      : notificationPayload(topic ?? "", {
          occurredAt,
          ...(item !== undefined && { itemId: item }),
          ...(account !== undefined && { accountId: account }),
        });
  return new TextEncoder().encode(JSON.stringify(payload));
}

async function post(url: string, body: Uint8Array, signature: string) {
  const begin = performance.now();
  try {
    const response = await fetch(url, {
      method: "POST",
      redirect: "manual",
      headers: { "content-type": "application/json", [SIGNATURE_HEADER]: signature },
      body: new Uint8Array(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = (await response.text()).slice(0, 2000);
    return { status: response.status, text, durationMs: performance.now() - begin };
  } catch (error) {
    const cause = (error as Error).cause ?? error;
    const why = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
    throw new CliError("ERR_CLI_FAILED", `${url} did not respond: ${why}`, { cause: error });
  }
}
