import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Receiver } from "@jobber-sync/core";
import { jobberWebhooks as expressWebhooks } from "@jobber-sync/express";
import { jobberWebhooks as fastifyWebhooks } from "@jobber-sync/fastify";
import express from "express";
import fastify from "fastify";

/** A running web server with the webhook routes. */
export interface Served {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves a receiver in Express 5. */
export async function serveExpress(receiver: Receiver): Promise<Served> {
  const server = createServer(express().use(expressWebhooks(receiver)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Serves a receiver in Fastify 5. */
export async function serveFastify(receiver: Receiver): Promise<Served> {
  const app = fastify({ forceCloseConnections: true });
  app.register(fastifyWebhooks, { receiver });
  const url = await app.listen({ port: 0, host: "127.0.0.1" });
  return { url, close: () => app.close() };
}
