import { createReceiver, type SyncReader, type Tenants } from "@jobber-sync/core";
import type { Inbox } from "@jobber-sync/core/ports";
import { jobberWebhooks } from "@jobber-sync/fastify";
import {
  createHttpCloser,
  isLocalRequest,
  isRecordKind,
  readRecords,
  urlOfServer,
} from "@jobber-sync-examples/backend";
import fastify from "fastify";

/** Options for {@link createApp}. */
export interface AppOptions {
  readonly tenants: Tenants;
  readonly inbox: Inbox;
  readonly store: SyncReader;
}

/** The HTTP server of the example. */
export interface App {
  /** Resolves with the address to reach it at, without a trailing slash. */
  listen(address: { readonly port: number; readonly host: string }): Promise<string>;
  /** Lets requests in progress finish, for 10 seconds at most, and ends every connection. */
  close(): Promise<void>;
}

/** Creates the HTTP server: accepts webhooks, and serves the records to this machine. */
export function createApp({ tenants, inbox, store }: AppOptions): App {
  const app = fastify();
  const closeHttp = createHttpCloser(app.server);
  // Register it anywhere: the plugin reads the bytes itself and leaves your parsers alone.
  app.register(jobberWebhooks, { receiver: createReceiver({ tenants, inbox }) });
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
