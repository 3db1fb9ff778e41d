import { createFetchHandler, jobberConnect } from "@jobber-sync/web";
import type { JobberSync } from "jobber-sync";
import { isLoopbackRequest } from "../serve-loopback.ts";

/** Creates the routes of `jobber-sync dev`: webhooks, OAuth, and a page that names them. */
export function createDevRoutes(
  sync: JobberSync,
  tenant: string,
): (request: Request) => Promise<Response> {
  const webhooks = createFetchHandler(sync.receiver);
  const connect = jobberConnect(sync, {
    authorize: (request) => (isLoopbackRequest(request) ? tenant : null),
  });
  return async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/webhooks/")) return webhooks(request);
    if (pathname.startsWith("/jobber/")) return connect(request);
    if (pathname === "/health" && isLoopbackRequest(request))
      return Response.json(await sync.health());
    return new Response(null, { status: 404 });
  };
}
