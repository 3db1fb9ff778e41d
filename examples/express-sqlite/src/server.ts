import { once } from "node:events";
import { createServer } from "node:http";
import { isJobberSyncError } from "@jobber-sync/core";
import { jobberConnect, jobberWebhooks } from "@jobber-sync/express";
import { type ContactEdit, type ContactView, contact } from "@jobber-sync/push";
import { openSqlite } from "@jobber-sync/sqlite";
import {
  consoleHooks,
  createHttpCloser,
  isLocalRequest,
  isRecordKind,
  type RunningBackend,
  readRecords,
  type Settings,
  urlOfServer,
} from "@jobber-sync-examples/backend";
import express from "express";
import { createJobberSync } from "jobber-sync";

/** An edited form: the changed fields, what it showed before, and the key of this submission. */
interface ContactForm {
  readonly fields: ContactEdit;
  readonly key: string;
  readonly seen: ContactView;
}

/** Starts a backend that keeps Jobber's jobs and clients in a SQLite file. */
export async function startServer(settings: Settings): Promise<RunningBackend> {
  const { port, host, database, tenants } = settings;
  const sync = createJobberSync({
    database: openSqlite(database),
    app: settings.app,
    tenants,
    hooks: consoleHooks(),
    push: settings.push,
    // Your code, called after the commit. It can be called again for the same delivery: make it
    // idempotent.
    on: {
      "job.completed": ({ tenant, job }) =>
        console.log(`handler: job ${job.jobberJobId} of ${tenant} is completed`),
    },
  });

  const app = express();
  app.disable("x-powered-by");
  // Mount it before any body parser: the signature covers the bytes as received.
  app.use(jobberWebhooks(sync.receiver));
  // Everything after this line is an ordinary Express backend: app.use(express.json()), your
  // routes, …
  if (sync.connect !== null) {
    // In your backend, return the tenant of the signed-in user's session.
    const authorize = (req: express.Request) => (isLocalRequest(req) ? tenants[0]?.slug : null);
    app.use(jobberConnect(sync, { authorize }));
  }
  app.get("/healthz", async (req, res) => {
    const health = await sync.health();
    // Reasons and counts name tenants: not for everybody.
    res
      .status(health.level === "failing" ? 503 : 200)
      .json(isLocalRequest(req) ? health : { level: health.level });
  });
  app.get("/records/:clientSlug/:kind", async (req, res) => {
    const { clientSlug: tenant, kind } = req.params;
    if (!isLocalRequest(req))
      res.status(403).json({ error: "Records are served to this machine only." });
    else if (!isRecordKind(kind))
      res.status(404).json({ error: "Unknown kind. Use jobs, contacts or submissions." });
    else res.json(await readRecords(sync.store, tenant, kind));
  });

  // What a form shows, and an edit of it. The edit is stored here and sent to Jobber afterwards.
  app.get("/records/:clientSlug/contacts/:id", async (req, res) => {
    const { clientSlug: tenant, id } = req.params;
    if (!isLocalRequest(req) || sync.push === null) res.status(404).end();
    else res.json(await sync.push.read(tenant, contact(id)));
  });
  app.post("/records/:clientSlug/contacts/:id", express.json(), async (req, res) => {
    const { clientSlug: tenant = "", id = "" } = req.params;
    const { fields, key, seen } = (req.body ?? {}) as ContactForm;
    if (!isLocalRequest(req) || sync.push === null) res.status(404).end();
    else {
      try {
        res.status(202).json(await sync.push(tenant, contact(id).edit(fields), { key, seen }));
      } catch (error) {
        const reused = isJobberSyncError(error) && error.code === "ERR_PUSH_KEY_REUSED";
        if (!reused && !(error instanceof TypeError)) throw error;
        res.status(reused ? 409 : 400).json({ error: error.message });
      }
    }
  });

  const server = createServer(app);
  const closeHttp = createHttpCloser(server);
  const stop = async () => void (await Promise.all([closeHttp(), sync.stop()]));
  try {
    server.listen(port, host);
    await once(server, "listening");
    await sync.start();
  } catch (error) {
    await stop();
    throw error;
  }
  return { sync, url: urlOfServer(server), stop };
}
