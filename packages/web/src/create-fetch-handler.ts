import type { Receiver } from "@jobber-sync/core";
import { webBody } from "@jobber-sync/core/http";

/** Where the routes are. */
export interface FetchHandlerOptions {
  /** Path before `/webhooks/jobber`, without a slash at its end, such as `/api`. @default "" */
  readonly basePath?: string;
}

/**
 * The webhook routes as a function from `Request` to `Response`: for Workers, Next.js route handlers, Hono, Bun and Deno. Responses
 * `<basePath>/webhooks/jobber/<tenant>`, and `<basePath>/webhooks/jobber` when the receiver has an `app`; 404 for every other path.
 *
 * Hand it the request before anything reads its body. The promise never rejects, and it resolves when the delivery is committed: there is
 * nothing left for `waitUntil`, which would only be a way to answer before that.
 *
 * @throws {TypeError} when `basePath` is not `""` or a path that begins with a slash and does not end with one
 *
 * @example
 * ```ts
 * import { createMemoryStore, createReceiver } from "@jobber-sync/core";
 * import { createFetchHandler } from "@jobber-sync/web";
 *
 * const receiver = createReceiver({
 *   tenants: [{ slug: "acme", secrets: "the OAuth client secret of the app" }],
 *   store: createMemoryStore(),
 * });
 * export default { fetch: createFetchHandler(receiver) };
 * ```
 */
export function createFetchHandler(
  receiver: Receiver,
  { basePath = "" }: FetchHandlerOptions = {},
): (request: Request) => Promise<Response> {
  if (typeof basePath !== "string" || !/^(\/.*[^/])?$/.test(basePath)) {
    throw new TypeError(
      'basePath must be "" or begin with a slash and not end with one, such as "/api".',
    );
  }
  const root = `${basePath}/webhooks/jobber`;
  return async (request) => {
    const { pathname } = new URL(request.url);
    const tenant = pathname.startsWith(`${root}/`) ? pathname.slice(root.length + 1) : undefined;
    const found =
      tenant === undefined ? pathname === root && receiver.hasAppRoute : /^[^/]+$/.test(tenant);
    if (!found) return notFound();
    const { status, headers, body } = await receiver.handle({
      method: request.method,
      tenant: tenant === undefined ? undefined : decode(tenant),
      headers: request.headers,
      body: webBody(request),
    });
    return new Response(body, { status, headers });
  };
}

function notFound(): Response {
  const body = { code: "ERR_NOT_FOUND", message: "There is no webhook route at this path." };
  return Response.json(body, { status: 404 });
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // No tenant is called that: the response is the one for unknown slugs.
    return segment;
  }
}
