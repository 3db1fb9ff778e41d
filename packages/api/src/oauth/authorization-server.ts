import type { AuthorizationServer } from "oauth4webapi";
import { checkEndpoint, JOBBER_ENDPOINT } from "../http/check-endpoint.ts";

/** The location of Jobber's OAuth endpoints. */
export interface OauthEndpoints {
  /**
   * The GraphQL endpoint. The OAuth endpoints are derived from its origin.
   *
   * @default "https://api.getjobber.com/api/graphql"
   */
  readonly endpoint?: string | undefined;
}

/**
 * Returns Jobber's OAuth endpoints in oauth4webapi's format.
 *
 * @throws {TypeError} when the endpoint is neither https nor on this machine
 */
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
