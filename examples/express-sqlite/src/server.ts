import { once } from "node:events";
import { createServer } from "node:http";
import { createReceiver, createWorker } from "@jobber-sync/core";
import { jobberWebhooks } from "@jobber-sync/express";
import { openSqlite } from "@jobber-sync/sqlite";
import {
  closeHttpServer,
  createApi,
  isLocalRequest,
  isRecordKind,
  type RunningBackend,
  readRecords,
  reconcileRegularly,
  type Settings,
  urlOfServer,
} from "@jobber-sync-examples/backend";
import express from "express";
import { connectRoutes } from "./connect-routes.ts";

/** Starts a backend that keeps Jobber's jobs and clients in a SQLite file: receiver, worker and records in one process. */
export async function startServer(settings: Settings): Promise<RunningBackend> {
  const { port, host, database, tenants } = settings;
  const { store, inbox, tokens, lease, cursors, close } = openSqlite(database);
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

  const app = express();
  app.disable("x-powered-by");
  // Before any body parser: the signature is over the bytes as they came.
  app.use(jobberWebhooks(receiver));
  // From here on as in any Express backend: app.use(express.json()), your own routes, …
  app.get("/healthz", async (_req, res) => {
    // A read, so that a database that is gone shows here. Express 5 answers 500 when the promise rejects.
    await inbox.list({ limit: 1 });
    res.json({ status: "ok" });
  });
  app.get("/records/:clientSlug/:kind", async (req, res) => {
    const { clientSlug: tenant, kind } = req.params;
    if (!isLocalRequest(req))
      res.status(403).json({ error: "Records are shown on this machine only." });
    else if (!isRecordKind(kind))
      res.status(404).json({ error: "There are jobs, contacts and submissions." });
    else res.json(await readRecords(store, tenant, kind));
  });

  if (settings.api !== null && api !== undefined) {
    // What the account has already is read once it is connected.
    const onConnected = (tenant: string) => void reconciling?.soon(tenant);
    app.use(connectRoutes({ api, app: settings.api, tenants, onConnected }));
  }

  const server = createServer(app);
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
      await closeHttpServer(server);
      await Promise.all([worker.stop(), reconciling?.stop()]);
      await close();
    },
  };
}
