import { SIGNATURE_HEADER, signPayload } from "@jobber-sync/core";
import type { Command } from "commander";
import { createJobberSync, type JobberSyncOptions } from "jobber-sync";
import { CliError } from "../cli-error.ts";
import { type CliIo, styled } from "../cli-io.ts";
import { type CommandContext, type JsonOption, print, withJson } from "../command-context.ts";
import { createDevRoutes, INSPECTOR_PATH } from "../dev/dev-routes.ts";
import { readDevSession } from "../dev/dev-session.ts";
import { printEvents, printingLogger } from "../dev/print-events.ts";
import { FIRST_JOB_NUMBER } from "../dev/sample-account.ts";
import { DEV_TENANT, type RunningDev, startDev, webhookUrl } from "../dev/start-dev.ts";
import { findConfig, loadConfig } from "../load-config.ts";
import { serveLoopback } from "../serve-loopback.ts";

interface DevCommandOptions extends JsonOption {
  readonly port?: number;
  readonly config?: string;
  readonly jobber?: boolean;
  readonly tenant: string;
}

const DEFAULT_PORT = 4400;

/** Adds `dev`: a simulated Jobber and a backend in one process. */
export function addDevCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("dev")
    .description("run a simulated Jobber with sample data and a backend in one process, offline")
    .option("--port <number>", "the port of the backend (default: 4400, or a free one)", port)
    .option("--config <file>", "your handlers and settings (default: jobber-sync.config.ts)")
    .option("--jobber", "the real Jobber: the app and the database of your configuration")
    .option("--tenant <slug>", "the tenant that may connect, with --jobber", DEV_TENANT);
  withJson(command).action(async (options: DevCommandOptions) => {
    const { io } = context;
    const config = options.config ?? findConfig(io.cwd);
    const yours = config === null ? null : await loadConfig(config, io.cwd);
    if (options.jobber) return runWithJobber(context, options, yours);
    if (readDevSession(io.cwd) !== null)
      throw new CliError("ERR_CLI_USAGE", "A jobber-sync dev already runs in this folder.");
    await yours?.database.close?.();
    const running = await startDev({
      cwd: io.cwd,
      port: options.port ?? DEFAULT_PORT,
      orFree: options.port === undefined,
      yours: yours ?? {},
      print: io.err,
    });
    try {
      const { url, database, app } = running.session;
      const data = {
        url,
        webhookUrl: webhookUrl(running.session),
        database,
        graphql: app.endpoint,
        inspector: `${url}${INSPECTOR_PATH}`,
      };
      print(context, options, { data, text: () => welcome(io, running) });
      await ended(io.signal);
    } finally {
      await running.stop();
    }
  });
}

function welcome(io: CliIo, { session, sampleBody }: RunningDev): string {
  const { url, app, database } = session;
  const bold = (text: string) => styled(io, "bold", text);
  return [
    `${bold("inspector")}  ${url}${INSPECTOR_PATH}`,
    `${bold("webhooks")}   ${webhookUrl(session)}`,
    `${bold("connect")}    ${url}/jobber/connect`,
    `${bold("health")}     ${url}/health`,
    `${bold("Jobber")}     ${app.endpoint} (simulated)`,
    `${bold("database")}   ${database}`,
    "",
    "A signed webhook by hand:",
    curlLine(session, sampleBody),
    "",
    "In another terminal, in this folder:",
    `  npx jobber-sync trigger JOB_UPDATE --set title="Hedge trimming" --job ${FIRST_JOB_NUMBER}`,
    `  npx jobber-sync records show job ${FIRST_JOB_NUMBER}`,
    "",
    "Ctrl+C ends it.",
  ].join("\n");
}

/** Returns a shell command that sends a signed webhook. */
function curlLine(session: RunningDev["session"], body: string): string {
  // Ids and times contain no apostrophe, so single quotes keep the signed bytes unchanged.
  const signature = signPayload(body, session.app.clientSecret);
  return [
    `curl -sS -w '\\n' ${webhookUrl(session)}`,
    "-H 'Content-Type: application/json'",
    `-H '${SIGNATURE_HEADER}: ${signature}'`,
    `--data-binary '${body}'`,
  ].join(" ");
}

async function runWithJobber(
  context: CommandContext,
  options: DevCommandOptions,
  yours: JobberSyncOptions | null,
): Promise<void> {
  const { io } = context;
  if (yours?.app === undefined)
    throw new CliError("ERR_CLI_CONFIG", "--jobber needs a jobber-sync.config.ts with an app.");
  const hooks = { ...yours.hooks, ...printEvents(io.err, yours.hooks) };
  const sync = createJobberSync({ ...yours, hooks });
  await sync.start();
  try {
    const server = await serveLoopback(
      createDevRoutes(sync, options.tenant, printingLogger(io.err)),
      {
        port: options.port ?? DEFAULT_PORT,
      },
    );
    const { url } = server;
    print(context, options, {
      data: { url },
      text: () =>
        `inspector  ${url}${INSPECTOR_PATH}\nwebhooks   ${url}/webhooks/jobber/${options.tenant}\nconnect    http://localhost:${server.port}/jobber/connect\n\nRegister both in the Developer Center; a tunnel forwards webhooks. Ctrl+C ends it.`,
    });
    await ended(io.signal).finally(server.close);
  } finally {
    await sync.stop();
  }
}

function ended(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function port(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= 65_535) return value;
  throw new CliError("ERR_CLI_USAGE", `--port ${text} must be a number from 0 to 65535.`);
}
