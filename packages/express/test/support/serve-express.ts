import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import type { Receiver } from "@jobber-sync/core";
import type { ParserBefore, RunningServer } from "@jobber-sync/testing/contracts";
import type express from "express";
import type { Router } from "express";

// A load attack opens thousands of connections within a second, more than the default queue holds.
const BACKLOG = 4096;

/** Serves an app on a free loopback port. */
export async function serveExpress(app: RequestListener): Promise<RunningServer> {
  const server = createServer(app);
  await new Promise<void>((resolve) =>
    server.listen({ host: "127.0.0.1", port: 0, backlog: BACKLOG }, resolve),
  );
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Parsers that apps mount before the webhook routes. */
export function parsersOf(
  version: typeof express,
  jobberWebhooks: (receiver: Receiver) => Router,
): ParserBefore[] {
  const keepBytes = (req: IncomingMessage, _res: unknown, buf: Buffer) => {
    Object.assign(req, { rawBody: buf });
  };
  const behind = (parser: express.RequestHandler) => (receiver: Receiver) =>
    serveExpress(version().use(parser, jobberWebhooks(receiver)));
  const fix = /Express.*jobberWebhooks\(receiver\) before app\.use\(express\.json\(\)\).*rawBody/;
  return [
    { name: "express.json()", start: behind(version.json()), fix },
    { name: "express.text()", start: behind(version.text({ type: "*/*" })), fix },
    { name: "express.urlencoded()", start: behind(version.urlencoded({ extended: true })) },
    {
      name: "express.json() that keeps the bytes",
      start: behind(version.json({ verify: keepBytes })),
    },
    { name: "express.raw()", start: behind(version.raw({ type: "*/*" })) },
  ];
}
