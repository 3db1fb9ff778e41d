import { createReceiver, createWorker } from "@jobber-sync/core";
import { jobberWebhooks } from "@jobber-sync/fastify";
import { openSqlite } from "@jobber-sync/sqlite";
import {
  createApi,
  createHttpCloser,
  isLocalRequest,
  isRecordKind,
  type RunningBackend,
  readRecords,
  type Settings,
  startReconciler,
  urlOfServer,
} from "@jobber-sync-examples/backend";
import fastify from "fastify";

/**
 * Starts a backend that keeps Jobber's jobs and clients in a SQLite file, with receiver and worker
 * in one process.
 */
export async function startServer(settings: Settings): Promise<RunningBackend> {
  const { port, host, database, tenants } = settings;
  const { store, inbox, tokens, lease, cursors, close } = openSqlite(database);
  // The receiver stores each delivery before it responds. The worker turns deliveries into records
  // afterwards.
  const receiver = createReceiver({ tenants, inbox });
  // Jobber's webhooks contain only ids, so the worker fetches the records from Jobber's API.
  const api = settings.api === null ? undefined : createApi(settings.api, { inbox, tokens, lease });
  const reconciler = api && startReconciler({ api, inbox, store, cursors, lease, tenants });
  const worker = createWorker({
    inbox,
    store,
    source: api,
    tenants,
    // Your code, called after the commit. It can be called again for the same delivery: make it
    // idempotent.
    on: {
      "job.completed": ({ tenant, result }) => {
        for (const { jobberJobId } of result?.jobs ?? [])
          console.log(`handler: job ${jobberJobId} of ${tenant} is completed`);
      },
    },
  });

  const app = fastify();
  const closeHttp = createHttpCloser(app.server);
  // Register it anywhere: the plugin reads the bytes itself and leaves your parsers alone.
  app.register(jobberWebhooks, { receiver });
  app.get("/healthz", async () => {
    // Reads the database, so that an unavailable one shows: Fastify responds with 500 when this
    // rejects.
    await inbox.list({ limit: 1 });
    return { status: "ok" };
  });
  app.get<{ Params: { clientSlug: string; kind: string } }>(
    "/records/:clientSlug/:kind",
    async ({ params: { clientSlug: tenant, kind }, raw }, reply) => {
      if (!isLocalRequest(raw))
        return reply.code(403).send({ error: "Records are served to this machine only." });
      if (!isRecordKind(kind))
        return reply.code(404).send({ error: "Unknown kind. Use jobs, contacts or submissions." });
      return readRecords(store, tenant, kind);
    },
  );

  const stop = async () => {
    await Promise.all([worker.stop(), reconciler?.stop(), closeHttp(), app.close()]);
    await close();
  };
  try {
    await app.listen({ port, host });
  } catch (error) {
    await stop();
    throw error;
  }
  worker.start();

  return {
    api,
    url: urlOfServer(app.server),
    drain: async () => void (await worker.drain()),
    stop,
  };
}
