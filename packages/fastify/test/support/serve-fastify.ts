import type { Receiver } from "@jobber-sync/core";
import type { RunningServer } from "@jobber-sync/testing/contracts";
import fastify, { type FastifyInstance } from "fastify";
import { jobberWebhooks } from "../../src/index.ts";

// A load attack opens thousands of connections within a second, more than the default queue holds.
const BACKLOG = 4096;

/** Serves the receiver in a Fastify app, prepared by `prepare`, on a free loopback port. */
export async function serveFastify(
  receiver: Receiver,
  prepare: (app: FastifyInstance) => unknown = () => {},
): Promise<RunningServer> {
  const app = fastify({ forceCloseConnections: true });
  await prepare(app);
  app.register(jobberWebhooks, { receiver });
  const url = await app.listen({ host: "127.0.0.1", port: 0, backlog: BACKLOG });
  return { url, close: () => app.close() };
}
