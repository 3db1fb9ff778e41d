import type { FastifyPluginCallback } from "fastify";
import { webRequest, writeWebResponse } from "./web-bridge.ts";

/** The handler that `createInspector` of `@jobber-sync/inspector` returns. */
export interface InspectorHandler {
  (
    request: Request,
    connection: { readonly remoteAddress?: string | undefined },
  ): Promise<Response>;
  readonly path: string;
}

/** Options for {@link jobberInspector}. */
export interface JobberInspectorOptions {
  /** From `createInspector`. */
  readonly inspector: InspectorHandler;
}

/**
 * The inspector as a Fastify plugin, at the path it was created with: register it without `prefix`.
 * Set Fastify's `trustProxy` behind a proxy, so that forms are accepted over https.
 *
 * @example
 * ```ts
 * import { type InspectorHandler, jobberInspector } from "@jobber-sync/fastify";
 * import fastify from "fastify";
 *
 * declare const inspector: InspectorHandler;
 * const app = fastify();
 * app.register(jobberInspector, { inspector });
 * ```
 */
export const jobberInspector: FastifyPluginCallback<JobberInspectorOptions> = (
  app,
  { inspector },
  done,
) => {
  if (typeof inspector !== "function" || typeof inspector.path !== "string")
    throw new TypeError("jobberInspector needs what createInspector() returned.");
  // Of this plugin only: forms reach the inspector as they were sent.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_, body, parsed) => parsed(null, body));
  for (const url of [inspector.path, `${inspector.path}/*`]) {
    app.route({
      method: ["GET", "POST"],
      url,
      // The socket's address: request.ip may come from a header.
      handler: async (request, reply) => {
        const { remoteAddress } = request.socket;
        return writeWebResponse(await inspector(webRequest(request), { remoteAddress }), reply);
      },
    });
  }
  done();
};
