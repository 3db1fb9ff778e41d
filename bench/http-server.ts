import { createHmac, timingSafeEqual } from "node:crypto";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createMemoryInbox, createReceiver } from "@jobber-sync/core";
import { jobberWebhooks as expressWebhooks } from "@jobber-sync/express";
import { jobberWebhooks as fastifyWebhooks } from "@jobber-sync/fastify";
import express from "express";
import Fastify from "fastify";

// Runs one server of the HTTP benchmark in its own process: node http-server.ts <kind>. Sends its
// port, then its CPU time in reply to every message.

const SECRET = process.env.SECRET ?? "";

function byHand(body: Buffer, header: unknown): boolean {
  const expected = createHmac("sha256", SECRET).update(body).digest();
  const claimed = Buffer.from(String(header), "base64");
  if (claimed.length !== expected.length || !timingSafeEqual(claimed, expected)) return false;
  JSON.parse(body.toString("utf8"));
  return true;
}

/** A receiver whose inbox keeps nothing, as the other routes do. */
function receiver() {
  const accepted = Promise.resolve({ sequence: 1, outcome: "accepted" as const });
  return createReceiver({
    tenants: [{ slug: "acme", secrets: SECRET }],
    inbox: { ...createMemoryInbox(), accept: () => accepted },
  });
}

const kinds: Readonly<Record<string, () => Promise<Server>>> = {
  async fastify() {
    const app = Fastify();
    await app.register(fastifyWebhooks, { receiver: receiver() });
    await app.listen({ port: 0 });
    return app.server;
  },
  async "fastify-by-hand"() {
    const app = Fastify();
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) =>
      done(null, body),
    );
    app.post("/webhooks/jobber/:clientSlug", async (request, reply) => {
      if (!byHand(request.body as Buffer, request.headers["x-jobber-hmac-sha256"]))
        return reply.code(401).send({ code: "no" });
      return { status: "accepted" };
    });
    await app.listen({ port: 0 });
    return app.server;
  },
  async express() {
    const app = express();
    app.use(expressWebhooks(receiver()));
    return listening(app.listen(0));
  },
  async "express-by-hand"() {
    const app = express();
    app.post("/webhooks/jobber/:clientSlug", express.raw({ type: () => true }), (req, res) => {
      if (!byHand(req.body, req.headers["x-jobber-hmac-sha256"]))
        return void res.status(401).json({ code: "no" });
      res.json({ status: "accepted" });
    });
    return listening(app.listen(0));
  },
};

const make = kinds[process.argv[2] ?? ""];
if (make === undefined)
  throw new Error(`Unknown kind. Use one of ${Object.keys(kinds).join(", ")}.`);
const server = await make();
process.send?.({ port: (server.address() as AddressInfo).port });
process.on("message", () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuMicros: user + system });
});

function listening(server: Server): Promise<Server> {
  return new Promise((resolve) => server.once("listening", () => resolve(server)));
}
