import { jobberConnect, jobberWebhooks } from "@jobber-sync/fastify";
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
import fastify, { type FastifyRequest } from "fastify";
import { createJobberSync } from "jobber-sync";

/** Starts a backend that keeps Jobber's jobs and clients in a SQLite file. */
export async function startServer(settings: Settings): Promise<RunningBackend> {
  const { port, host, database, tenants } = settings;
  const sync = createJobberSync({
    database: openSqlite(database),
    app: settings.app,
    tenants,
    hooks: consoleHooks(),
    // Your code, called after the commit. It can be called again for the same delivery: make it
    // idempotent.
    on: {
      "job.completed": ({ tenant, job }) =>
        console.log(`handler: job ${job.jobberJobId} of ${tenant} is completed`),
    },
  });

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

  const stop = async () => void (await Promise.all([closeHttp(), app.close(), sync.stop()]));
  try {
    await app.listen({ port, host });
    await sync.start();
  } catch (error) {
    await stop();
    throw error;
  }
  return { sync, url: urlOfServer(app.server), stop };
}
