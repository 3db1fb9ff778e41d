/** Jobber's GraphQL endpoint. */
export const JOBBER_ENDPOINT = "https://api.getjobber.com/api/graphql";

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * Validates an address that tokens are sent to: https, or http on this machine (a simulator).
 *
 * @throws {TypeError} for any other address, and for one that contains credentials
 */
export function checkEndpoint(name: string, address: unknown): URL {
  const url = typeof address === "string" && URL.canParse(address) ? new URL(address) : null;
  const safe =
    url?.protocol === "https:" || (url?.protocol === "http:" && LOOPBACK.test(url.hostname));
  if (url === null || !safe || url.username !== "" || url.password !== "") {
    throw new TypeError(
      `${name} must be an https URL, or http on this machine (127.0.0.1, [::1], localhost), without credentials.`,
    );
  }
  return url;
}
