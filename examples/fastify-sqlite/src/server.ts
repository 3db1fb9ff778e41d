import { createReceiver, createWorker } from "@jobber-sync/core";
import { jobberWebhooks } from "@jobber-sync/fastify";
import { openSqlite } from "@jobber-sync/sqlite";
import {
  createApi,
  isLocalRequest,
  isRecordKind,
  type RunningBackend,
  readRecords,
  reconcileRegularly,
  type Settings,
  urlOfServer,
} from "@jobber-sync-examples/backend";
import fastify from "fastify";

/** Starts a backend that keeps Jobber's jobs and clients in a SQLite file: receiver, worker and records in one process. */
export async function startServer(settings: Settings): Promise<RunningBackend> {
  const { port, host, database, tenants } = settings;
  const { store, inbox, tokens, lease, cursors, close } = openSqlite(database);
  const app = fastify();
  // Closed last, after the last request: Fastify calls these hooks when it has stopped listening.
  app.addHook("onClose", async () => {
    await Promise.all([worker.stop(), reconciling?.stop()]);
    await close();
  });
  // The receiver writes a delivery down and answers; the worker turns it into records afterwards.
  const receiver = createReceiver({ tenants, inbox });
  // Jobber's own webhooks name a record and carry nothing of it: it is read from the API.
  const api = settings.api === null ? undefined : createApi(settings.api, { inbox, tokens, lease });
  const reconciling = api && reconcileRegularly({ api, inbox, store, cursors, lease, tenants });
  const worker = createWorker({
    inbox,
    store,
    source: api,
    tenants,
    // Your own code, after the commit. It may be called again for the same delivery: make it idempotent.
    on: {
      "job.completed": ({ tenant, result }) => {
        for (const { jobberJobId } of result?.jobs ?? [])
          console.log(`${tenant}: job ${jobberJobId} is completed`);
      },
    },
  });

  // Wherever you like: the plugin reads the bytes itself and leaves your parsers alone.
  app.register(jobberWebhooks, { receiver });
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

  try {
    await app.listen({ port, host });
  } catch (error) {
    await app.close();
    throw error;
  }
  worker.start();

  return {
    api,
    url: urlOfServer(app.server),
    drain: async () => void (await worker.drain()),
    stop: () => app.close(),
  };
}
