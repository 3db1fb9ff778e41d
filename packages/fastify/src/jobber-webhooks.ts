import type { Receiver } from "@jobber-sync/core";
import { nodeBody } from "@jobber-sync/core/http";
import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from "fastify";

const FIX =
  "In Fastify 5, let nothing read request.raw before the route's onRequest hook (middleware such as express.json() under @fastify/middie or @fastify/express does), or keep the bytes as a Buffer in request.raw.rawBody.";

/** Options of the plugin, beside Fastify's own `prefix`. */
export interface JobberWebhooksOptions {
  readonly receiver: Receiver;
}

/**
 * The webhook routes as an encapsulated Fastify plugin: `/webhooks/jobber/:clientSlug`, and
 * `/webhooks/jobber` if the receiver has an `app`. `prefix` puts a path before them. Slugs longer
 * than Fastify's `maxParamLength` (100) are not found.
 *
 * The plugin responds in the routes' own onRequest hook, after the hooks of the surrounding app. At
 * that point Fastify has not checked the Content-Type, and no content type parser or preParsing
 * hook (such as fastify-raw-body's) has touched the body. The host stays unchanged.
 *
 * @example
 * ```ts
 * import { createMemoryStore, createReceiver } from "@jobber-sync/core";
 * import { jobberWebhooks } from "@jobber-sync/fastify";
 * import fastify from "fastify";
 *
 * const receiver = createReceiver({
 *   tenants: [{ slug: "acme", secrets: "the OAuth client secret of the app" }],
 *   store: createMemoryStore(),
 * });
 * const app = fastify();
 * app.register(jobberWebhooks, { receiver });
 * ```
 */
export const jobberWebhooks: FastifyPluginCallback<JobberWebhooksOptions> = (
  app,
  { receiver },
  done,
) => {
  function respond(
    request: FastifyRequest<{ Params: { clientSlug?: string } }>,
    reply: FastifyReply,
  ): Promise<unknown> {
    const tenant = request.params.clientSlug;
    // Fastify's router matches `/webhooks/jobber/` with an empty parameter.
    if (tenant === "") {
      reply.callNotFound();
      return Promise.resolve(reply);
    }
    return receiver
      .handle({
        method: request.method,
        tenant,
        headers: request.headers,
        body: nodeBody(request.raw, { fix: FIX }),
      })
      .then(({ status, headers, body }) => {
        reply.code(status).headers(headers).send(body);
        // Returned, a reply makes Fastify wait for the end of the response. Only the host's onSend
        // hooks may take that long.
        return reply.sent ? undefined : reply;
      });
  }
  // Fastify requires a handler, but the hook always responds before it.
  const route = { method: app.supportedMethods, onRequest: respond, handler: respond };
  app.route({ ...route, url: "/webhooks/jobber/:clientSlug" });
  if (receiver.hasAppRoute) app.route({ ...route, url: "/webhooks/jobber" });
  done();
};
