import type { Logger } from "@jobber-sync/core";
import { createInspector } from "@jobber-sync/inspector";
import { createFetchHandler, jobberConnect } from "@jobber-sync/web";
import type { JobberSync } from "jobber-sync";
import { isLoopbackRequest, type LoopbackHandler } from "../serve-loopback.ts";

/** Where `dev` mounts the inspector. */
export const INSPECTOR_PATH = "/inspector";

/** Creates the routes of `jobber-sync dev`: webhooks, OAuth, health and the inspector. */
export function createDevRoutes(sync: JobberSync, tenant: string, logger: Logger): LoopbackHandler {
  const webhooks = createFetchHandler(sync.receiver);
  const connect = jobberConnect(sync, {
    authorize: (request) => (isLoopbackRequest(request) ? tenant : null),
  });
  const inspector = createInspector(sync, {
    path: INSPECTOR_PATH,
    // dev listens on the loopback, but a tunnel may lead to it.
    authorize: (request) => (isLoopbackRequest(request) ? "developer" : null),
    actions: ["replay", "discard", "resume", "reconcile"],
    logger,
  });
  return async (request, connection) => {
    const { pathname } = new URL(request.url);
    if (pathname === INSPECTOR_PATH || pathname.startsWith(`${INSPECTOR_PATH}/`))
      return inspector(request, connection);
    if (pathname.startsWith("/webhooks/")) return webhooks(request);
    if (pathname.startsWith("/jobber/")) return connect(request);
    if (pathname === "/health" && isLoopbackRequest(request))
      return Response.json(await sync.health());
    return new Response(null, { status: 404 });
  };
}
