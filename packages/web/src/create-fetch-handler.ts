import type { Receiver } from "@jobber-sync/core";
import { webBody } from "@jobber-sync/core/http";

/** Options for {@link createFetchHandler}. */
export interface FetchHandlerOptions {
  /** Path before `/webhooks/jobber`, without a trailing slash, such as `/api`. @default "" */
  readonly basePath?: string | undefined;
}

/**
 * Creates the webhook routes as a function from `Request` to `Response`: for Workers, Next.js route
 * handlers, Hono, Bun and Deno. It serves `<basePath>/webhooks/jobber/<tenant>`, and
 * `<basePath>/webhooks/jobber` if the receiver has an `app`, and responds 404 to every other path.
 *
 * Pass the request before anything reads its body. The promise never rejects. It resolves once the
 * delivery is committed, so there is nothing left to pass to `waitUntil`.
 *
 * @throws {TypeError} if `basePath` is neither `""` nor a path that begins with a slash and does
 * not end with one
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
    const slug = pathname.startsWith(`${root}/`) ? pathname.slice(root.length + 1) : undefined;
    const found =
      slug === undefined ? pathname === root && receiver.hasAppRoute : /^[^/]+$/.test(slug);
    if (!found) return notFound();
    const { status, headers, body } = await receiver.handle({
      method: request.method,
      tenant: slug === undefined ? undefined : decode(slug),
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
    // No tenant has this slug, so the response is that for unknown tenants.
    return segment;
  }
}
