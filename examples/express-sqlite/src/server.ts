import { once } from "node:events";
import { createServer } from "node:http";
import { createReceiver, createWorker } from "@jobber-sync/core";
import { jobberWebhooks } from "@jobber-sync/express";
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
import express from "express";
import { connectRoutes } from "./connect-routes.ts";

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

  const app = express();
  app.disable("x-powered-by");
  // Mount it before any body parser: the signature covers the bytes as received.
  app.use(jobberWebhooks(receiver));
  // Everything after this line is an ordinary Express backend: app.use(express.json()), your
  // routes, …
  app.get("/healthz", async (_req, res) => {
    // Reads the database, so that an unavailable one shows: Express 5 responds with 500 when this
    // rejects.
    await inbox.list({ limit: 1 });
    res.json({ status: "ok" });
  });
  app.get("/records/:clientSlug/:kind", async (req, res) => {
    const { clientSlug: tenant, kind } = req.params;
    if (!isLocalRequest(req))
      res.status(403).json({ error: "Records are served to this machine only." });
    else if (!isRecordKind(kind))
      res.status(404).json({ error: "Unknown kind. Use jobs, contacts or submissions." });
    else res.json(await readRecords(store, tenant, kind));
  });

  if (settings.api !== null && api !== undefined) {
    // The first reconcile of a tenant reads everything that its account already contains.
    const onConnected = (tenant: string) => void reconciler?.soon(tenant);
    app.use(connectRoutes({ api, app: settings.api, tenants, onConnected }));
  }

  const server = createServer(app);
  const closeHttp = createHttpCloser(server);
  try {
    server.listen(port, host);
    await once(server, "listening");
  } catch (error) {
    await close();
    throw error;
  }
  worker.start();

  return {
    api,
    url: urlOfServer(server),
    drain: async () => void (await worker.drain()),
    async stop() {
      await Promise.all([worker.stop(), reconciler?.stop(), closeHttp()]);
      await close();
    },
  };
}
