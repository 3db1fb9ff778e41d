const ADDRESS = /^(::ffff:)?127(\.\d{1,3}){3}$|^::1$/;
const HOST = /^(127(\.\d{1,3}){3}|localhost|\[::1\])$/;
const PROXY_HEADERS = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"];

/**
 * Returns whether a request comes from a browser on this machine: by the address of the connection,
 * and by the name that the browser used, because a page elsewhere can have its own name resolved to
 * the loopback address. A proxy on this machine that adds no header looks like a browser on it.
 */
export function isLoopback(request: Request, remoteAddress: string | undefined): boolean {
  return (
    remoteAddress !== undefined &&
    ADDRESS.test(remoteAddress) &&
    HOST.test(new URL(request.url).hostname) &&
    !PROXY_HEADERS.some((name) => request.headers.has(name))
  );
}
