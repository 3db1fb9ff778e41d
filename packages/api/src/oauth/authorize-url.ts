import {
  calculatePKCECodeChallenge,
  generateRandomCodeVerifier,
  generateRandomState,
} from "oauth4webapi";
import { authorizationServer, type OauthEndpoints } from "./authorization-server.ts";

/** Options for `authorizeUrl`. */
export interface AuthorizeUrlOptions extends OauthEndpoints {
  readonly clientId: string;
  /** One of the app's redirect URIs, exactly as registered in Jobber's Developer Center. */
  readonly redirectUri: string;
}

/** The URL that starts an OAuth flow, and the values to save until Jobber redirects back. */
export interface AuthorizeRequest {
  readonly url: string;
  /**
   * Ties the callback to this browser. Save it with the browser's session, in an http-only cookie.
   */
  readonly state: string;
  /** The PKCE verifier. Save it with `state`; never put it in a URL. */
  readonly codeVerifier: string;
}

/**
 * Starts the OAuth code flow with `state` and PKCE. Jobber's authorize page takes no `scope`
 * parameter: scopes are set in the Developer Center (docs/jobber-facts.md#oauth).
 *
 * @throws {TypeError} for a missing client ID, an invalid redirect URI, or an unsafe endpoint
 *
 * @example
 * ```ts
 * import { authorizeUrl } from "@jobber-sync/api";
 *
 * const { url, state, codeVerifier } = await authorizeUrl({
 *   clientId: "the app's client id",
 *   redirectUri: "https://acme.example/jobber/callback",
 * });
 * ```
 */
export async function authorizeUrl(options: AuthorizeUrlOptions): Promise<AuthorizeRequest> {
  const { clientId, redirectUri } = options;
  if (!clientId) throw new TypeError("authorizeUrl needs the app's clientId.");
  if (!URL.canParse(redirectUri)) throw new TypeError("redirectUri must be a URL.");
  const state = generateRandomState();
  const codeVerifier = generateRandomCodeVerifier();
  const url = new URL(authorizationServer(options).authorization_endpoint);
  url.search = new URLSearchParams({
    response_type: "code",
    client_id: clientId,
    redirect_uri: redirectUri,
    state,
    code_challenge: await calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: "S256",
  }).toString();
  return { url: url.href, state, codeVerifier };
}
