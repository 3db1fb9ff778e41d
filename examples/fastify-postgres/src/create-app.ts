import { createReceiver, type SyncReader, type Tenants } from "@jobber-sync/core";
import type { Inbox } from "@jobber-sync/core/ports";
import { jobberWebhooks } from "@jobber-sync/fastify";
import { isLocalRequest, isRecordKind, readRecords } from "@jobber-sync-examples/backend";
import fastify, { type FastifyInstance } from "fastify";

/** What the HTTP side needs. */
export interface AppOptions {
  readonly tenants: Tenants;
  readonly inbox: Inbox;
  readonly store: SyncReader;
}

/** The HTTP side: takes webhooks in, shows the records to whoever is on this machine. */
export function createApp({ tenants, inbox, store }: AppOptions): FastifyInstance {
  const app = fastify();
  // Wherever you like: the plugin reads the bytes itself and leaves your parsers alone.
  app.register(jobberWebhooks, { receiver: createReceiver({ tenants, inbox }) });
  app.get("/healthz", async () => {
    // A read, so that a database that is gone shows here: Fastify answers 500 when the promise rejects.
    await inbox.list({ limit: 1 });
    return { status: "ok" };
  });
  app.get<{ Params: { clientSlug: string; kind: string } }>(
    "/records/:clientSlug/:kind",
    async ({ params: { clientSlug: tenant, kind }, raw }, reply) => {
      if (!isLocalRequest(raw))
        return reply.code(403).send({ error: "Records are shown on this machine only." });
      if (!isRecordKind(kind))
        return reply.code(404).send({ error: "There are jobs, contacts and submissions." });
      return readRecords(store, tenant, kind);
    },
  );
  return app;
}
