import { JobberSyncError } from "@jobber-sync/core";
import { expectNoState, validateAuthResponse } from "oauth4webapi";
import { authorizationServer } from "./authorization-server.ts";
import type { TokenGrant } from "./token-grant.ts";
import { GrantRejected, requestCode, type TokenRequestOptions } from "./token-request.ts";

/** What came back from the authorize page, and what was remembered when it was opened. */
export interface ExchangeCodeOptions extends TokenRequestOptions {
  /** The URL that Jobber sent the browser to, with its query. */
  readonly callbackUrl: string | URL;
  /** The one the flow was started with. */
  readonly redirectUri: string;
  /**
   * From `authorizeUrl`. `null` only for a flow that began in Jobber's marketplace, which sends none (F6): nothing then says that it is this
   * browser's, so ask the person to confirm which account is being connected.
   */
  readonly state: string | null;
  /** From `authorizeUrl`; `null` for a flow that began in the marketplace. */
  readonly codeVerifier: string | null;
}

/**
 * Ends the OAuth code flow: checks that the response belongs to this browser and exchanges the code for tokens. Stores nothing: pass the
 * result to `JobberApi.connect`.
 *
 * @throws {JobberSyncError} `ERR_OAUTH_STATE` for an response that is not this flow's; `ERR_OAUTH_DENIED` when the person declined;
 * `ERR_OAUTH_EXCHANGE` when Jobber does not accept the code (it works once, for a short time); `ERR_API_…` when Jobber cannot be reached
 */
export async function exchangeCode(options: ExchangeCodeOptions): Promise<TokenGrant> {
  const { callbackUrl, redirectUri, state, codeVerifier, clientId } = options;
  const server = authorizationServer(options);
  const url = new URL(callbackUrl);
  // A denial comes back with no parameters at all (F6).
  if (!url.searchParams.has("code") && !url.searchParams.has("state")) throw denied();
  if (url.searchParams.has("error")) throw denied();
  let parameters: URLSearchParams;
  try {
    parameters = validateAuthResponse(server, { client_id: clientId }, url, state ?? expectNoState);
  } catch {
    throw new JobberSyncError(
      "ERR_OAUTH_STATE",
      "The response from Jobber's authorize page does not belong to the flow that this browser started. Start again.",
    );
  }
  try {
    return await requestCode(options, { parameters, redirectUri, codeVerifier });
  } catch (error) {
    if (!(error instanceof GrantRejected)) throw error;
    throw new JobberSyncError(
      "ERR_OAUTH_EXCHANGE",
      "Jobber does not accept the code: it was used, or is too old.",
      {
        retryable: false,
      },
    );
  }
}

function denied(): JobberSyncError {
  return new JobberSyncError(
    "ERR_OAUTH_DENIED",
    "The account's owner did not allow the app. Nothing was connected.",
  );
}
