/** Options for one call of {@link ConnectHandlers}. */
export interface ConnectCallOptions {
  /**
   * The tenant the signed-in user may connect; `null` or `undefined` rejects the request with 403.
   */
  readonly tenant: string | null | undefined;
  /**
   * Called after the account was connected.
   *
   * @returns the URL to send the browser to; without one the response is JSON
   */
  readonly onConnected?: ConnectedListener | undefined;
}

/** Your code after an account was connected. */
export type ConnectedListener = (connected: {
  readonly tenant: string;
  /** Jobber's account, an opaque id. */
  readonly accountId: string;
  // biome-ignore lint/suspicious/noConfusingVoidType: a listener need not return anything
}) => string | void | Promise<string | void>;

/**
 * The two handlers of Jobber's OAuth flow, from `Request` to `Response`. Made by
 * `createJobberSync`; mounted by the adapters' `jobberConnect`.
 */
export interface ConnectHandlers {
  /** Redirects the browser to Jobber's authorize page and binds the flow to it with a cookie. */
  begin(request: Request, options: ConnectCallOptions): Promise<Response>;
  /**
   * Completes the flow in the browser that began it: exchanges the code, checks the account and
   * stores the tokens. Failures become JSON responses with a code: `ERR_OAUTH_STATE`,
   * `ERR_OAUTH_DENIED`, `ERR_OAUTH_EXCHANGE`, `ERR_ACCOUNT_MISMATCH`, `ERR_API_…`.
   */
  callback(request: Request, options: ConnectCallOptions): Promise<Response>;
}
