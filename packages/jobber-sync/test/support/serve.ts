import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import * as onExpress from "@jobber-sync/express";
import * as onFastify from "@jobber-sync/fastify";
import * as onWeb from "@jobber-sync/web";
import express from "express";
import fastify from "fastify";
import { onTestFinished } from "vitest";
import type { JobberSync } from "../../src/index.ts";

/** Returns the tenant of the "session": a header, so that a test signs in by sending it. */
const tenantOf = (header: string | readonly string[] | undefined | null) =>
  typeof header === "string" ? header : null;

/** Serves webhooks and the OAuth flow with Express; resolves with the URL. */
export async function serveExpress(sync: JobberSync): Promise<string> {
  const app = express();
  app.use(onExpress.jobberWebhooks(sync.receiver));
  app.use(onExpress.jobberConnect(sync, { authorize: (req) => tenantOf(req.header("x-user")) }));
  return listen(createServer(app));
}

/** Serves webhooks and the OAuth flow with Fastify; resolves with the URL. */
export async function serveFastify(sync: JobberSync): Promise<string> {
  const app = fastify();
  app.register(onFastify.jobberWebhooks, { receiver: sync.receiver });
  app.register(onFastify.jobberConnect, {
    sync,
    authorize: (request) => tenantOf(request.headers["x-user"]),
  });
  onTestFinished(() => app.close());
  return app.listen({ port: 0, host: "127.0.0.1" });
}

/** Serves webhooks and the OAuth flow with fetch handlers; resolves with the URL. */
export async function serveFetch(sync: JobberSync): Promise<string> {
  const webhooks = onWeb.createFetchHandler(sync.receiver);
  const connect = onWeb.jobberConnect(sync, {
    authorize: (request) => tenantOf(request.headers.get("x-user")),
  });
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const headers = Object.entries(req.headers).map(([name, value]): [string, string] => [
      name,
      String(value),
    ]);
    const request = new Request(`http://${req.headers.host}${req.url}`, {
      method: req.method ?? "GET",
      headers,
      body: chunks.length === 0 ? null : Buffer.concat(chunks),
    });
    const handler = req.url?.startsWith("/webhooks") ? webhooks : connect;
    const response = await handler(request);
    res.statusCode = response.status;
    for (const [name, value] of response.headers) res.appendHeader(name, value);
    res.end(await response.text());
  });
  return listen(server);
}

function listen(server: Server): Promise<string> {
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    });
  });
}
