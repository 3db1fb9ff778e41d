import type { Command } from "commander";
import { CliError } from "../cli-error.ts";
import {
  type CommandContext,
  type JsonOption,
  print,
  useTarget,
  withTarget,
} from "../command-context.ts";
import type { Target, TargetOptions } from "../open-target.ts";
import { noApp } from "../reconciler-for.ts";
import { isLoopbackRequest, serveLoopback } from "../serve-loopback.ts";

interface ConnectCommandOptions extends TargetOptions, JsonOption {
  readonly tenant: string;
  readonly port: string;
  readonly timeout: string;
}

const PORT = "3000";
const TIMEOUT_MINUTES = "10";
const PATH = "/jobber";

const HANDLERS = new Map<string, "begin" | "callback">([
  [`${PATH}/connect`, "begin"],
  [`${PATH}/callback`, "callback"],
]);

/** Adds `connect`: the OAuth flow on this machine. */
export function addConnectCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("connect")
    .description("connect a tenant to its Jobber account in your browser; stores encrypted tokens")
    .requiredOption("--tenant <slug>", "the tenant")
    .option("--port <number>", `of the redirect URI http://localhost:<port>${PATH}/callback`, PORT)
    .option("--timeout <minutes>", "how long to wait for the browser", TIMEOUT_MINUTES);
  withTarget(command).action((options: ConnectCommandOptions) =>
    useTarget(context, options, async (target) => {
      await target.options.database.migrate?.();
      const connected = await connectInBrowser(context, target, options);
      print(context, options, {
        data: connected,
        text: () => `connected ${connected.tenant} to the account ${connected.accountId}`,
      });
    }),
  );
}

type Connected = { readonly tenant: string; readonly accountId: string };

async function connectInBrowser(
  { io }: CommandContext,
  target: Target,
  { tenant, port, timeout }: ConnectCommandOptions,
): Promise<Connected> {
  // Nothing of the sync is started: a running backend reconciles once it sees the connection.
  const { connect } =
    target.options.app === undefined ? noApp() : target.sync({ reconcile: false });
  if (connect === null) noApp();
  let resolve: (connected: Connected) => void = () => {};
  let reject: (error: CliError) => void = () => {};
  const done = new Promise<Connected>((...settle) => {
    [resolve, reject] = settle;
  });
  const server = await serveLoopback(
    async (request) => {
      const { pathname } = new URL(request.url);
      const handler = HANDLERS.get(pathname);
      if (handler === undefined) return new Response(null, { status: 404 });
      const authorized = isLoopbackRequest(request) ? tenant : null;
      return connect[handler](request, { tenant: authorized, onConnected: resolve });
    },
    { port: Number(port) },
  );
  const expire = () =>
    reject(new CliError("ERR_CLI_FAILED", `No account was connected in ${timeout} minutes.`));
  const timer = setTimeout(expire, Number(timeout) * 60_000);
  const abort = () => reject(new CliError("ERR_CLI_FAILED", "Interrupted."));
  io.signal.addEventListener("abort", abort);
  try {
    io.err(`Open http://localhost:${server.port}${PATH}/connect in a browser on this machine.`);
    return await done;
  } finally {
    clearTimeout(timer);
    io.signal.removeEventListener("abort", abort);
    await server.close();
  }
}
