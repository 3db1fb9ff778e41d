import type { ConnectHandlers } from "@jobber-sync/core";
import { type ConnectRouteOptions, createConnectRoutes } from "@jobber-sync/core/http";

/** Options for {@link jobberConnect}. */
export interface JobberConnectOptions extends ConnectRouteOptions<Request> {
  /** The parent of both routes. @default "/jobber" */
  readonly path?: string | undefined;
}

/**
 * Creates a handler, from `Request` to `Response`, for Jobber's OAuth flow: `GET /jobber/connect`
 * sends the browser to Jobber, `GET /jobber/callback` completes the flow; 404 for every other path.
 * Register the callback's URL as a redirect URI of your app.
 *
 * @param sync from `createJobberSync`
 * @throws {TypeError} when `sync` was created without `app`
 */
export function jobberConnect(
  sync: { readonly connect: ConnectHandlers | null },
  { path = "/jobber", ...options }: JobberConnectOptions,
): (request: Request) => Promise<Response> {
  const { connect, callback } = createConnectRoutes(sync, options, (request) => request);
  const routes = new Map([
    [`${path}/connect`, connect],
    [`${path}/callback`, callback],
  ]);

  return async (request) => {
    const route = routes.get(new URL(request.url).pathname);
    if (route === undefined) return new Response(null, { status: 404 });
    if (request.method !== "GET")
      return new Response(null, { status: 405, headers: { allow: "GET" } });
    return route(request);
  };
}
