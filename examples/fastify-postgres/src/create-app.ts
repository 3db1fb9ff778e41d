import { jobberConnect, jobberWebhooks } from "@jobber-sync/fastify";
import {
  createHttpCloser,
  isLocalRequest,
  isRecordKind,
  readRecords,
  type Settings,
  urlOfServer,
} from "@jobber-sync-examples/backend";
import fastify, { type FastifyRequest } from "fastify";
import type { JobberSync } from "jobber-sync";

/** The HTTP server of the example. */
export interface App {
  /** Resolves with the address to reach it at, without a trailing slash. */
  listen(address: { readonly port: number; readonly host: string }): Promise<string>;
  /** Lets requests in progress finish, for 10 seconds at most, and ends every connection. */
  close(): Promise<void>;
}

/**
 * Creates the HTTP server: accepts webhooks, connects accounts, and serves the records to this
 * machine.
 */
export function createApp(sync: JobberSync, { tenants }: Pick<Settings, "tenants">): App {
  const app = fastify();
  const closeHttp = createHttpCloser(app.server);
  // Register it anywhere: the plugin reads the bytes itself and leaves your parsers alone.
  app.register(jobberWebhooks, { receiver: sync.receiver });
  if (sync.connect !== null) {
    // In your backend, return the tenant of the signed-in user's session.
    const authorize = ({ raw }: FastifyRequest) => (isLocalRequest(raw) ? tenants[0]?.slug : null);
    app.register(jobberConnect, { sync, authorize });
  }
  app.get("/healthz", async ({ raw }, reply) => {
    const health = await sync.health();
    reply.code(health.level === "failing" ? 503 : 200);
    // Reasons and counts name tenants: not for everybody.
    return isLocalRequest(raw) ? health : { level: health.level };
  });
  app.get<{ Params: { clientSlug: string; kind: string } }>(
    "/records/:clientSlug/:kind",
    async ({ params: { clientSlug: tenant, kind }, raw }, reply) => {
      if (!isLocalRequest(raw))
        return reply.code(403).send({ error: "Records are served to this machine only." });
      if (!isRecordKind(kind))
        return reply.code(404).send({ error: "Unknown kind. Use jobs, contacts or submissions." });
      return readRecords(sync.store, tenant, kind);
    },
  );
  return {
    async listen(address) {
      await app.listen(address);
      return urlOfServer(app.server);
    },
    async close() {
      await Promise.all([closeHttp(), app.close()]);
    },
  };
}
