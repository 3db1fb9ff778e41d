import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer, type HttpBindings } from "@hono/node-server";
import { CliError } from "./cli-error.ts";

/** A server on the loopback interface. */
export interface LoopbackServer {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** A fetch handler that also receives the address of the peer. */
export type LoopbackHandler = (
  request: Request,
  connection: { readonly remoteAddress: string | undefined },
) => Response | Promise<Response>;

/** Options for {@link serveLoopback}. */
export interface ServeOptions {
  /** 0 picks a free port. */
  readonly port: number;
  /** Whether a free port may replace one that is in use. @default false */
  readonly orFree?: boolean | undefined;
}

const LAST_MS = 1000;

/**
 * Serves a fetch handler on 127.0.0.1, where no other machine can reach it.
 *
 * @throws {CliError} `ERR_CLI_FAILED` when the port is in use
 */
export async function serveLoopback(
  handler: LoopbackHandler,
  { port, orFree = false }: ServeOptions,
): Promise<LoopbackServer> {
  const server = createAdaptorServer({
    fetch: (request, env) => {
      const { remoteAddress } = (env as HttpBindings).incoming.socket;
      return handler(request, { remoteAddress });
    },
    overrideGlobalObjects: false,
  }) as Server;
  const error = await listen(server, port);
  if (error?.code === "EADDRINUSE" && orFree) return serveLoopback(handler, { port: 0 });
  if (error !== null)
    throw new CliError("ERR_CLI_FAILED", `Port ${port} cannot be used: ${error.code}.`, {
      cause: error,
    });
  const bound = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    close: () =>
      new Promise((resolve) => {
        // Lets the response that is being sent reach the browser.
        const timer = setTimeout(() => server.closeAllConnections(), LAST_MS);
        server.close(() => {
          clearTimeout(timer);
          resolve();
        });
      }),
  };
}

function listen(server: Server, port: number): Promise<NodeJS.ErrnoException | null> {
  return new Promise((resolve) => {
    server.once("error", resolve);
    server.listen({ host: "127.0.0.1", port }, () => resolve(null));
  });
}

/**
 * Returns whether a request names this machine as its host: a name of another machine comes through
 * a tunnel, or from a page that had its name resolved to the loopback address.
 */
export function isLoopbackRequest(request: Request): boolean {
  const { hostname } = new URL(request.url);
  const forwarded = request.headers.has("x-forwarded-for") || request.headers.has("forwarded");
  return /^(127(\.\d+){3}|localhost|\[::1\])$/.test(hostname) && !forwarded;
}
