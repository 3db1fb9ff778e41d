// A backend that mounts every adapter. It runs as it is, as CommonJS, and as TypeScript.
import { createServer } from "node:http";
import { createMemoryStore, createReceiver, signPayload } from "@jobber-sync/core";
import { jobberWebhooks as expressWebhooks } from "@jobber-sync/express";
import { jobberWebhooks as fastifyWebhooks } from "@jobber-sync/fastify";
import { createFetchHandler } from "@jobber-sync/web";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";

const secret = "the OAuth client secret of the app";
const body = '{"event":"job.created","data":{"id":"123","title":"Zoë"}}';
const headers = {
  "content-type": "application/json",
  "x-jobber-hmac-sha256": signPayload(body, secret),
};
const logger = { info() {}, warn() {}, error() {} };

async function main() {
  const store = createMemoryStore();
  const receiver = createReceiver({ tenants: [{ slug: "acme", secrets: secret }], store, logger });
  const path = "/webhooks/jobber/acme";

  const app = express();
  app.use(expressWebhooks(receiver));
  app.use(express.json());
  const server = createServer(app);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const viaExpress = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: "POST",
    headers,
    body,
  });
  server.close();

  const host = fastify();
  host.register(fastifyWebhooks, { receiver, prefix: "/api" });
  const url = await host.listen({ host: "127.0.0.1", port: 0 });
  const viaFastify = await fetch(`${url}/api${path}`, { method: "POST", headers, body });
  await host.close();

  // Next.js passes a Request to the export of a route file that is named after its method.
  const nextRoute = { POST: createFetchHandler(receiver, { basePath: "/api" }) };
  const viaNext = await nextRoute.POST(
    new Request(`https://example.com/api${path}`, { method: "POST", headers, body }),
  );

  const hono = new Hono();
  const handler = createFetchHandler(receiver);
  hono.all("/webhooks/jobber/*", (c) => handler(c.req.raw));
  const viaHono = await hono.request(path, { method: "POST", headers, body });

  const statuses = [viaExpress, viaFastify, viaNext, viaHono].map(({ status }) => status);
  const stored = await store.jobs("acme");
  const ok =
    statuses.every((status) => status === 200) && stored.length === 1 && stored[0]?.title === "Zoë";
  console.log(
    JSON.stringify({
      passed: ok ? 4 : 0,
      failures: ok ? [] : [`responses ${statuses}, ${stored.length} stored`],
    }),
  );
  process.exit();
}

void main();
