import type { ConnectCallOptions, ConnectedListener, ConnectHandlers } from "@jobber-sync/core";
import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from "fastify";

/** Options for {@link jobberConnect}. */
export interface JobberConnectOptions {
  /** From `createJobberSync`. */
  readonly sync: { readonly connect: ConnectHandlers | null };
  /**
   * Returns the tenant that the signed-in user of this request may connect to Jobber; `null` or
   * `undefined` rejects the request with 403. Called for the start and for the callback.
   */
  readonly authorize: (
    request: FastifyRequest,
  ) => ConnectCallOptions["tenant"] | Promise<ConnectCallOptions["tenant"]>;
  /**
   * Called after the account was connected. Returns the URL to send the browser to; without one the
   * response is JSON.
   */
  readonly onConnected?: ConnectedListener | undefined;
}

/**
 * Jobber's OAuth flow as a Fastify plugin: `GET /jobber/connect` sends the browser to Jobber, `GET
 * /jobber/callback` completes the flow. Fastify's `prefix` changes the parent. Register the
 * callback's URL as a redirect URI of your app, and set Fastify's `trustProxy` behind a proxy, so
 * that the URL is derived with the right scheme.
 *
 * @throws {TypeError} when `sync` was created without `app`
 *
 * @example
 * ```ts
 * import { jobberConnect } from "@jobber-sync/fastify";
 * import fastify from "fastify";
 * import type { JobberSync } from "jobber-sync";
 *
 * declare const sync: JobberSync;
 * const app = fastify();
 * app.register(jobberConnect, {
 *   sync,
 *   authorize: (request) => String(request.headers["x-tenant"]),
 * });
 * ```
 */
export const jobberConnect: FastifyPluginCallback<JobberConnectOptions> = (app, options, done) => {
  const { authorize, onConnected } = options;
  const { connect } = options.sync;
  if (connect === null) throw new TypeError("jobberConnect needs createJobberSync({ app }).");
  if (typeof authorize !== "function") throw new TypeError("jobberConnect needs authorize.");

  for (const [url, handler] of [
    ["/jobber/connect", "begin"],
    ["/jobber/callback", "callback"],
  ] as const) {
    app.get(url, async (request, reply) => {
      const tenant = await authorize(request);
      return write(await connect[handler](requestOf(request), { tenant, onConnected }), reply);
    });
  }
  done();
};

function requestOf({ protocol, host, originalUrl, headers }: FastifyRequest): Request {
  const url = new URL(originalUrl, `${protocol}://${host}`);
  return new Request(url, { headers: { cookie: headers.cookie ?? "" } });
}

async function write(response: Response, reply: FastifyReply): Promise<FastifyReply> {
  reply.code(response.status);
  for (const [name, value] of response.headers) {
    if (name !== "set-cookie") reply.header(name, value);
  }
  for (const cookie of response.headers.getSetCookie()) reply.header("set-cookie", cookie);
  return reply.send(await response.text());
}
