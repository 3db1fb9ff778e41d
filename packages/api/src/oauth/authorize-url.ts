import {
  calculatePKCECodeChallenge,
  generateRandomCodeVerifier,
  generateRandomState,
} from "oauth4webapi";
import { authorizationServer, type OauthEndpoints } from "./authorization-server.ts";

/** What the authorize page needs to know. */
export interface AuthorizeUrlOptions extends OauthEndpoints {
  readonly clientId: string;
  /** One of the app's redirect URIs, exactly as registered. */
  readonly redirectUri: string;
}

/** Where to send the browser, and what to remember until it comes back. */
export interface AuthorizeRequest {
  readonly url: string;
  /** Keep it with the browser's session (an http-only cookie): it proves that the response belongs to this browser. */
  readonly state: string;
  /** Keep it with the state, never in the URL. */
  readonly codeVerifier: string;
}

/**
 * Starts the OAuth code flow (F6), with `state` and PKCE. Jobber has no `scope` parameter: scopes are set in its Developer Center.
 *
 * @throws {TypeError} for a missing client id, a redirect URI that is none, an unsafe endpoint
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
  if (!URL.canParse(redirectUri)) throw new TypeError("redirectUri is not a URL.");
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
