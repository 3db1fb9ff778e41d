import type { ConnectCallOptions, ConnectedListener, ConnectHandlers } from "@jobber-sync/core";
import {
  type Request as ExpressRequest,
  type RequestHandler,
  type Response,
  Router,
} from "express";

/** Options for {@link jobberConnect}. */
export interface JobberConnectOptions {
  /**
   * Returns the tenant that the signed-in user of this request may connect to Jobber; `null` or
   * `undefined` rejects the request with 403. Called for the start and for the callback.
   */
  readonly authorize: (
    req: ExpressRequest,
  ) => ConnectCallOptions["tenant"] | Promise<ConnectCallOptions["tenant"]>;
  /**
   * Called after the account was connected. Returns the URL to send the browser to; without one the
   * response is JSON.
   */
  readonly onConnected?: ConnectedListener | undefined;
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
  { authorize, onConnected, path = "/jobber" }: JobberConnectOptions,
): Router {
  const { connect } = sync;
  if (connect === null) throw new TypeError("jobberConnect needs createJobberSync({ app }).");
  if (typeof authorize !== "function") throw new TypeError("jobberConnect needs authorize.");

  const route = (handler: "begin" | "callback"): RequestHandler => {
    return async (req, res, next) => {
      try {
        const tenant = await authorize(req);
        await write(await connect[handler](requestOf(req), { tenant, onConnected }), res);
      } catch (error) {
        next(error);
      }
    };
  };
  const router = Router();
  router.get(`${path}/connect`, route("begin"));
  router.get(`${path}/callback`, route("callback"));
  return router;
}

function requestOf(req: ExpressRequest): Request {
  const url = new URL(req.originalUrl, `${req.protocol}://${req.get("host") ?? "localhost"}`);
  return new Request(url, { headers: { cookie: req.get("cookie") ?? "" } });
}

async function write(response: globalThis.Response, res: Response): Promise<void> {
  res.status(response.status);
  for (const [name, value] of response.headers) {
    if (name !== "set-cookie") res.setHeader(name, value);
  }
  for (const cookie of response.headers.getSetCookie()) res.append("set-cookie", cookie);
  res.send(await response.text());
}
