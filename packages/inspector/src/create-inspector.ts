import type { Logger } from "@jobber-sync/core";
import { safeLogger } from "@jobber-sync/core/ports";
import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { secureHeaders } from "hono/secure-headers";
import { createCsrfTokens } from "./access/csrf-tokens.ts";
import { isLoopback } from "./access/is-loopback.ts";
import { addActionRoutes } from "./action-routes.ts";
import type { InspectedSync } from "./inspected-sync.ts";
import type { Env, RouteContext } from "./inspector-env.ts";
import { checkOptions, type InspectorOptions } from "./options.ts";
import { addPageRoutes } from "./page-routes.ts";
import { STYLE } from "./pages/style.ts";

/** Facts about a connection that a `Request` does not carry. */
export interface InspectorConnection {
  /** The address of the peer, from the socket and never from a header. */
  readonly remoteAddress?: string | undefined;
}

/** The inspector: a handler from `Request` to `Response`. */
export interface Inspector {
  (request: Request, connection?: InspectorConnection): Promise<Response>;
  /** Where it expects to be mounted. */
  readonly path: string;
}

const LOOPBACK_USER = "loopback";

/**
 * Creates pages for operators: health, deliveries, records with the delivery behind each value, and
 * tenants. It reads only, unless you name `actions`. Pages work without JavaScript and request
 * nothing from elsewhere.
 *
 * Bodies, error messages, names and addresses stay hidden until an operator asks for them, which is
 * logged. Without `authorize` only browsers on the same machine are served, and only through an
 * adapter that passes the connection's address: `jobberInspector` of the Express and Fastify
 * packages does.
 *
 * @param sync from `createJobberSync`
 * @throws {TypeError} for options that cannot work, naming the option
 *
 * @example
 * ```ts
 * import { createInspector, type InspectedSync } from "@jobber-sync/inspector";
 *
 * declare const sync: InspectedSync;
 * declare function operatorOf(request: Request): string | null;
 * const inspector = createInspector(sync, {
 *   path: "/admin/jobber",
 *   authorize: (request) => operatorOf(request),
 *   actions: ["replay", "reconcile"],
 * });
 * const response = await inspector(new Request("https://backend.example/admin/jobber"));
 * ```
 */
export function createInspector(sync: InspectedSync, options: InspectorOptions = {}): Inspector {
  const { authorize, actions, path, now } = checkOptions(options);
  const logger: Logger = safeLogger(options.logger);
  const tokens = createCsrfTokens(now);
  const context: RouteContext = { sync, actions, path, now, logger, tokens };
  const app = new Hono<Env>();

  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        imgSrc: ["data:"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
      },
      xFrameOptions: "DENY",
      // Browsers send the Origin of a form only with a policy that allows it.
      referrerPolicy: "same-origin",
      // The host decides about https.
      strictTransportSecurity: false,
    }),
  );
  app.use(async (c, next) => {
    await next();
    c.header("cache-control", "no-store");
  });
  app.use(async (c, next) => {
    const request = c.req.raw;
    const user =
      authorize === undefined
        ? isLoopback(request, c.env.remoteAddress)
          ? LOOPBACK_USER
          : null
        : await authorize(request);
    if (typeof user !== "string" || user === "") return c.text("Forbidden", 403);
    c.set("user", user);
    return next();
  });
  app.get(`${path}/style.css`, (c) => c.body(STYLE, 200, { "content-type": "text/css" }));
  addPageRoutes(app, context);
  addActionRoutes(app, context);
  app.notFound((c) => c.text("Not found", 404));
  app.onError((error, c) => {
    if (error instanceof HTTPException) return c.text("Forbidden", error.status);
    logger.error({ err: error }, "inspector: a page could not be rendered");
    return c.text("The database did not respond. See the log.", 503);
  });

  return Object.assign(
    async (request: Request, connection: InspectorConnection = {}) =>
      app.fetch(request, { remoteAddress: connection.remoteAddress }),
    { path },
  );
}
