/** Jobber's GraphQL endpoint (F5.1). */
export const JOBBER_ENDPOINT = "https://api.getjobber.com/api/graphql";

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * Where tokens may be sent: https, or this machine (a simulator).
 *
 * @throws {TypeError} for anything else, and for an address with a password in it
 */
export function checkEndpoint(name: string, address: unknown): URL {
  const url = typeof address === "string" && URL.canParse(address) ? new URL(address) : null;
  const safe =
    url?.protocol === "https:" || (url?.protocol === "http:" && LOOPBACK.test(url.hostname));
  if (url === null || !safe || url.username !== "" || url.password !== "") {
    throw new TypeError(
      `${name} must be an https URL, or http on this machine (127.0.0.1, [::1], localhost), without a password.`,
    );
  }
  return url;
}
