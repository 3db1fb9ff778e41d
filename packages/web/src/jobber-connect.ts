import type { ConnectCallOptions, ConnectedListener, ConnectHandlers } from "@jobber-sync/core";

/** Options for {@link jobberConnect}. */
export interface JobberConnectOptions {
  /**
   * Returns the tenant that the signed-in user of this request may connect to Jobber; `null` or
   * `undefined` rejects the request with 403. Called for the start and for the callback.
   */
  readonly authorize: (
    request: Request,
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
 * Creates a handler, from `Request` to `Response`, for Jobber's OAuth flow: `GET /jobber/connect`
 * sends the browser to Jobber, `GET /jobber/callback` completes the flow; 404 for every other path.
 * Register the callback's URL as a redirect URI of your app.
 *
 * @param sync from `createJobberSync`
 * @throws {TypeError} when `sync` was created without `app`
 */
export function jobberConnect(
  sync: { readonly connect: ConnectHandlers | null },
  { authorize, onConnected, path = "/jobber" }: JobberConnectOptions,
): (request: Request) => Promise<Response> {
  const { connect } = sync;
  if (connect === null) throw new TypeError("jobberConnect needs createJobberSync({ app }).");
  if (typeof authorize !== "function") throw new TypeError("jobberConnect needs authorize.");
  const handlers = new Map([
    [`${path}/connect`, connect.begin],
    [`${path}/callback`, connect.callback],
  ]);

  return async (request) => {
    const handler = handlers.get(new URL(request.url).pathname);
    if (handler === undefined) return new Response(null, { status: 404 });
    if (request.method !== "GET")
      return new Response(null, { status: 405, headers: { allow: "GET" } });
    return handler(request, { tenant: await authorize(request), onConnected });
  };
}
