import type { Receiver } from "@jobber-sync/core";
import { nodeBody } from "@jobber-sync/core/http";
import { Router } from "express";

const FIX =
  "In Express 4 and 5, mount jobberWebhooks(receiver) before app.use(express.json()), or keep the bytes: express.json({ verify: (req, _res, buf) => { req.rawBody = buf } }).";

const ROUTE = /^\/webhooks\/jobber(?:\/([^/]+))?$/;

/**
 * Creates the webhook routes as an Express router: `/webhooks/jobber/:clientSlug`, and
 * `/webhooks/jobber` if the receiver has an `app`. Mount the router under a path to add a prefix.
 *
 * The router reads the body itself, whatever its Content-Type, so mount it before any body parser.
 * It also works after a parser that keeps the received bytes in `req.rawBody` (a Buffer). After any
 * other parser it responds 500 `ERR_BODY_NOT_RAW` and logs the fix. Other middleware mounted before
 * it, such as a rate limit, applies as usual.
 *
 * @example
 * ```ts
 * import { createMemoryStore, createReceiver } from "@jobber-sync/core";
 * import { jobberWebhooks } from "@jobber-sync/express";
 * import express from "express";
 *
 * const receiver = createReceiver({
 *   tenants: [{ slug: "acme", secrets: "the OAuth client secret of the app" }],
 *   store: createMemoryStore(),
 * });
 * const app = express();
 * app.use(jobberWebhooks(receiver));
 * app.use(express.json());
 * ```
 */
export function jobberWebhooks(receiver: Receiver): Router {
  const router = Router();
  // Not router.all("…/:clientSlug"): Express passes a malformed % to the host as an error with a
  // stack.
  router.use((req, res, next) => {
    const route = ROUTE.exec(req.path);
    const slug = route?.[1];
    if (route === null || (slug === undefined && !receiver.hasAppRoute)) return next();
    receiver
      .handle({
        method: req.method,
        tenant: slug === undefined ? undefined : decode(slug),
        headers: req.headers,
        body: nodeBody(req, { fix: FIX }),
      })
      .then(({ status, headers, body }) => {
        // The host's time-out middleware may have responded first.
        if (res.headersSent) return;
        res.writeHead(status, headers).end(body);
      })
      .catch(next);
  });
  return router;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // No tenant has this slug, so the response is that for unknown tenants.
    return segment;
  }
}
