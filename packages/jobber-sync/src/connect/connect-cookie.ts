const NAME = "jobber_connect";

/** Returns the value of the state cookie of a request; `null` when it has none. */
export function readConnectCookie(headers: Headers, secure: boolean): string | null {
  const prefix = `${cookieName(secure)}=`;
  const pair = (headers.get("cookie") ?? "").split(/; */).find((part) => part.startsWith(prefix));
  return pair?.slice(prefix.length) ?? null;
}

/**
 * Returns the `Set-Cookie` value that binds an OAuth flow to this browser. `SameSite=Lax`, because
 * Jobber's redirect back is a cross-site navigation; on https the `__Host-` prefix keeps sibling
 * domains from setting it.
 */
export function connectCookie(value: string, maxAgeSeconds: number, secure: boolean): string {
  const attributes = `Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
  return `${cookieName(secure)}=${value}; ${attributes}`;
}

function cookieName(secure: boolean): string {
  return secure ? `__Host-${NAME}` : NAME;
}
