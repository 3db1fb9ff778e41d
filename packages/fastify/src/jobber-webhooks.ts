import type { Receiver } from "@jobber-sync/core";
import { nodeBody } from "@jobber-sync/core/http";
import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from "fastify";

const FIX =
  "In Fastify 5, let nothing read request.raw before the route's onRequest hook (middleware such as express.json() under @fastify/middie or @fastify/express does), or let it keep the bytes as a Buffer in request.raw.rawBody.";

/** What `app.register(jobberWebhooks, …)` takes, beside Fastify's own `prefix`. */
export interface JobberWebhooksOptions {
  readonly receiver: Receiver;
}

/**
 * The webhook routes as an encapsulated Fastify plugin: `/webhooks/jobber/:clientSlug`, and `/webhooks/jobber` when the receiver has an
 * `app`; `prefix` puts a path before them. Slugs longer than Fastify's `maxParamLength` (100) are not found.
 *
 * The response is given in the routes' own onRequest hook, after the hooks of the app it is registered in: before Fastify looks at the
 * Content-Type and before any content type parser or preParsing hook (such as fastify-raw-body's) touches the body. Nothing is added to
 * the host.
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
  async function response(
    request: FastifyRequest<{ Params: { clientSlug?: string } }>,
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    const tenant = request.params.clientSlug;
    // Fastify's router takes `/webhooks/jobber/` for a route with an empty parameter.
    if (tenant === "") {
      reply.callNotFound();
      return reply;
    }
    const { status, headers, body } = await receiver.handle({
      method: request.method,
      tenant,
      headers: request.headers,
      body: nodeBody(request.raw, { fix: FIX }),
    });
    return reply.code(status).headers(headers).send(body);
  }
  // A route must have a handler; the hook has answered before it comes to that.
  const route = { method: app.supportedMethods, onRequest: response, handler: response };
  app.route({ ...route, url: "/webhooks/jobber/:clientSlug" });
  if (receiver.hasAppRoute) app.route({ ...route, url: "/webhooks/jobber" });
  done();
};
