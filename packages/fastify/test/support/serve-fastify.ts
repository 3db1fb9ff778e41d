import type { Receiver } from "@jobber-sync/core";
import type { RunningServer } from "@jobber-sync/testing/contracts";
import fastify, { type FastifyInstance } from "fastify";
import { jobberWebhooks } from "../../src/index.ts";

// Under load attack thousands connect within a second; beyond the queue the kernel lets them believe that they are connected.
const BACKLOG = 4096;

/** Registers the receiver in a host, after what `prepare` puts there, on a free loopback port. */
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
