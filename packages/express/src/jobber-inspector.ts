import { Router } from "express";
import { webRequest, writeWebResponse } from "./web-bridge.ts";

/** The handler that `createInspector` of `@jobber-sync/inspector` returns. */
export interface InspectorHandler {
  (
    request: Request,
    connection: { readonly remoteAddress?: string | undefined },
  ): Promise<Response>;
  readonly path: string;
}

/**
 * Creates an Express router with the inspector at its path. Set Express' `trust proxy` behind a
 * proxy, so that forms are accepted over https.
 *
 * @param inspector from `createInspector`
 *
 * @example
 * ```ts
 * import { type InspectorHandler, jobberInspector } from "@jobber-sync/express";
 * import express from "express";
 *
 * declare const inspector: InspectorHandler;
 * const app = express();
 * app.use(jobberInspector(inspector));
 * ```
 */
export function jobberInspector(inspector: InspectorHandler): Router {
  if (typeof inspector !== "function" || typeof inspector.path !== "string")
    throw new TypeError("jobberInspector needs what createInspector() returned.");
  const router = Router();
  router.use(inspector.path, (req, res, next) => {
    // The socket's address: req.ip may come from a header.
    inspector(webRequest(req), { remoteAddress: req.socket.remoteAddress })
      .then((response) => writeWebResponse(response, res))
      .catch(next);
  });
  return router;
}
