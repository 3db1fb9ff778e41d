import { JobberSyncError } from "@jobber-sync/core";
import { expectNoState, validateAuthResponse } from "oauth4webapi";
import { authorizationServer } from "./authorization-server.ts";
import { GrantRejected } from "./read-token-response.ts";
import type { TokenGrant } from "./token-grant.ts";
import { requestCode, type TokenRequestOptions } from "./token-request.ts";

/**
 * Options for `exchangeCode`: the URL Jobber redirected to, and the values saved when the flow
 * began.
 */
export interface ExchangeCodeOptions extends TokenRequestOptions {
  /** The URL Jobber redirected the browser to, including its query string. */
  readonly callbackUrl: string | URL;
  /** The redirect URI the flow was started with. */
  readonly redirectUri: string;
  /**
   * The `state` from `authorizeUrl`. Pass `null` only for a flow that began in Jobber's
   * marketplace, which sends no state (docs/jobber-facts.md#oauth). Without a state nothing ties
   * the callback to this browser, so ask the user to confirm which account is being connected.
   */
  readonly state: string | null;
  /** The `codeVerifier` from `authorizeUrl`; `null` for a flow that began in the marketplace. */
  readonly codeVerifier: string | null;
}

/**
 * Completes the OAuth code flow: validates the callback and exchanges its code for tokens. Stores
 * nothing: pass the result to `JobberApi.connect`.
 *
 * @throws {JobberSyncError} `ERR_OAUTH_STATE` when the callback does not belong to this flow;
 * `ERR_OAUTH_DENIED` when the user declined; `ERR_OAUTH_EXCHANGE` when Jobber rejects the code (a
 * code works once and expires soon); `ERR_TOKEN_REFRESH` or `ERR_API_…` when the token endpoint
 * fails
 */
export async function exchangeCode(options: ExchangeCodeOptions): Promise<TokenGrant> {
  const { callbackUrl, redirectUri, state, codeVerifier, clientId } = options;
  const server = authorizationServer(options);
  const url = new URL(callbackUrl);
  // Jobber redirects without any parameters after a denial.
  if (!url.searchParams.has("code") && !url.searchParams.has("state")) throw denied();
  if (url.searchParams.has("error")) throw denied();
  let parameters: URLSearchParams;
  try {
    parameters = validateAuthResponse(server, { client_id: clientId }, url, state ?? expectNoState);
  } catch {
    throw new JobberSyncError(
      "ERR_OAUTH_STATE",
      "The OAuth callback does not belong to the flow this browser started. Start the flow again.",
    );
  }
  try {
    return await requestCode(options, { parameters, redirectUri, codeVerifier });
  } catch (error) {
    if (!(error instanceof GrantRejected)) throw error;
    throw new JobberSyncError(
      "ERR_OAUTH_EXCHANGE",
      "Jobber rejected the authorization code: it was already used or has expired. Start the flow again.",
      { retryable: false },
    );
  }
}

function denied(): JobberSyncError {
  return new JobberSyncError(
    "ERR_OAUTH_DENIED",
    "The user did not authorize the app. No account was connected.",
  );
}
