import type { ConnectCallOptions, ConnectedListener, ConnectHandlers } from "./connect-handlers.ts";

/** Options of an adapter's `jobberConnect`. `R` is the request of its framework. */
export interface ConnectRouteOptions<R> {
  /**
   * Returns the tenant that the signed-in user of this request may connect to Jobber; `null` or
   * `undefined` rejects the request with 403. Called for the start and for the callback.
   */
  readonly authorize: (
    request: R,
  ) => ConnectCallOptions["tenant"] | Promise<ConnectCallOptions["tenant"]>;
  /**
   * Called after the account was connected. Returns the URL to send the browser to; without one the
   * response is JSON.
   */
  readonly onConnected?: ConnectedListener | undefined;
}

/** The two routes of Jobber's OAuth flow, each under the last segment of its path. */
export interface ConnectRoutes<R> {
  /** Starts the flow. Rejects if `authorize` does. */
  connect(request: R): Promise<Response>;
  /** Completes the flow. Rejects if `authorize` or `onConnected` does. */
  callback(request: R): Promise<Response>;
}

/**
 * Creates the routes of Jobber's OAuth flow for the adapter of a framework.
 *
 * @param sync from `createJobberSync`
 * @param toRequest converts the framework's request: its URL as the browser sent it, and its
 *   cookies
 * @throws {TypeError} when `sync` was created without `app`, or `authorize` is missing
 */
export function createConnectRoutes<R>(
  { connect }: { readonly connect: ConnectHandlers | null },
  { authorize, onConnected }: ConnectRouteOptions<R>,
  toRequest: (request: R) => Request,
): ConnectRoutes<R> {
  if (connect === null) throw new TypeError("jobberConnect needs createJobberSync({ app }).");
  if (typeof authorize !== "function") throw new TypeError("jobberConnect needs authorize.");
  const route = (handler: "begin" | "callback") => async (request: R) => {
    const tenant = await authorize(request);
    return connect[handler](toRequest(request), { tenant, onConnected });
  };
  return { connect: route("begin"), callback: route("callback") };
}
