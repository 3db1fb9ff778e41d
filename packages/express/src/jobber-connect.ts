import type { ConnectHandlers } from "@jobber-sync/core";
import { type ConnectRouteOptions, createConnectRoutes } from "@jobber-sync/core/http";
import { type Request as ExpressRequest, Router } from "express";
import { webRequest, writeWebResponse } from "./web-bridge.ts";

/** Options for {@link jobberConnect}. */
export interface JobberConnectOptions extends ConnectRouteOptions<ExpressRequest> {
  /** The parent of both routes. @default "/jobber" */
  readonly path?: string | undefined;
}

/**
 * Creates an Express router with Jobber's OAuth flow: `GET /jobber/connect` sends the browser to
 * Jobber, `GET /jobber/callback` completes the flow. Register the callback's URL as a redirect URI
 * of your app, and set Express' `trust proxy` behind a proxy, so that the URL is derived with the
 * right scheme.
 *
 * @param sync from `createJobberSync`
 * @throws {TypeError} when `sync` was created without `app`
 *
 * @example
 * ```ts
 * import { jobberConnect } from "@jobber-sync/express";
 * import express from "express";
 * import type { JobberSync } from "jobber-sync";
 *
 * declare const sync: JobberSync;
 * const app = express();
 * app.use(jobberConnect(sync, { authorize: (req) => req.header("x-tenant") }));
 * ```
 */
export function jobberConnect(
  sync: { readonly connect: ConnectHandlers | null },
  { path = "/jobber", ...options }: JobberConnectOptions,
): Router {
  const routes = createConnectRoutes(sync, options, webRequest);
  const router = Router();
  for (const name of ["connect", "callback"] as const) {
    router.get(`${path}/${name}`, (req, res, next) => {
      routes[name](req)
        .then((response) => writeWebResponse(response, res))
        .catch(next);
    });
  }
  return router;
}
