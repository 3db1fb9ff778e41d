import type { Receiver } from "@jobber-sync/core";
import { nodeBody } from "@jobber-sync/core/http";
import { type RequestHandler, Router } from "express";

const FIX =
  "In Express 4 and 5, mount jobberWebhooks(receiver) before app.use(express.json()), or keep the bytes: express.json({ verify: (req, _res, buf) => { req.rawBody = buf } }).";

/**
 * The webhook routes as an Express router: `/webhooks/jobber/:clientSlug`, and `/webhooks/jobber` when the receiver has an `app`. Mount it
 * under a path of your own to put something before them.
 *
 * It reads the body itself, whatever its Content-Type, so it belongs before any body parser; after one that keeps the received bytes in
 * `req.rawBody` (a Buffer) it works too. After any other it answers 500 `ERR_BODY_NOT_RAW` and says so in the log. Other middleware mounted
 * before it (a rate limit, say) applies as usual.
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
  const response: RequestHandler<{ clientSlug?: string }> = (req, res, next) => {
    receiver
      .handle({
        method: req.method,
        tenant: req.params.clientSlug,
        headers: req.headers,
        body: nodeBody(req, { fix: FIX }),
      })
      .then(({ status, headers, body }) => {
        // A time-out middleware of the host may have answered first.
        if (res.headersSent) return;
        res.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) }).end(body);
      })
      .catch(next);
  };
  const router = Router({ caseSensitive: true, strict: true });
  router.all("/webhooks/jobber/:clientSlug", response);
  if (receiver.hasAppRoute) router.all("/webhooks/jobber", response);
  return router;
}
