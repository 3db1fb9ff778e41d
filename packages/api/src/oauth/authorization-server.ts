import type { AuthorizationServer } from "oauth4webapi";
import { checkEndpoint, JOBBER_ENDPOINT } from "../http/check-endpoint.ts";

/** Where Jobber's OAuth endpoints are. */
export interface OauthEndpoints {
  /**
   * The GraphQL endpoint; the OAuth endpoints are found beside it, as at Jobber.
   *
   * @default "https://api.getjobber.com/api/graphql"
   */
  readonly endpoint?: string | undefined;
}

/** The endpoints as oauth4webapi takes them (F6). @throws {TypeError} when the endpoint is neither https nor on this machine */
export function authorizationServer({
  endpoint = JOBBER_ENDPOINT,
}: OauthEndpoints): AuthorizationServer & {
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
} {
  const { origin } = checkEndpoint("endpoint", endpoint);
  return {
    issuer: origin,
    authorization_endpoint: `${origin}/api/oauth/authorize`,
    token_endpoint: `${origin}/api/oauth/token`,
  };
}
