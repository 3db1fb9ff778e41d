import type { ConnectHandlers } from "@jobber-sync/core";
import { type ConnectRouteOptions, createConnectRoutes } from "@jobber-sync/core/http";
import type { FastifyPluginCallback, FastifyRequest } from "fastify";
import { webRequest, writeWebResponse } from "./web-bridge.ts";

/** Options for {@link jobberConnect}. */
export interface JobberConnectOptions extends ConnectRouteOptions<FastifyRequest> {
  /** From `createJobberSync`. */
  readonly sync: { readonly connect: ConnectHandlers | null };
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
  const routes = createConnectRoutes(options.sync, options, webRequest);
  for (const name of ["connect", "callback"] as const)
    app.get(`/jobber/${name}`, async (request, reply) =>
      writeWebResponse(await routes[name](request), reply),
    );
  done();
};
