import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import type { RunningServer } from "@jobber-sync/testing/contracts";

type Handler = (request: Request) => Promise<Response>;

// A load attack opens thousands of connections within a second, more than the default queue holds.
const BACKLOG = 4096;

/**
 * Serves a fetch handler on Node's own server and a free loopback port, like the Node adapters of
 * fetch frameworks.
 */
export async function serveFetch(handler: Handler): Promise<RunningServer> {
  const server = createServer((req, res) => void response(handler, req, res));
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

async function response(
  handler: Handler,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  // `Request` rejects these two methods, so such servers respond themselves.
  if (req.method === "TRACE" || req.method === "CONNECT") {
    res.writeHead(405, { allow: "POST" }).end();
    return;
  }
  const response = await handler(toRequest(req));
  const body = Buffer.from(await response.arrayBuffer());
  res
    .writeHead(response.status, {
      ...Object.fromEntries(response.headers),
      "content-length": body.length,
    })
    .end(body);
}

function toRequest(req: IncomingMessage): Request {
  const { method = "GET", url = "/", rawHeaders } = req;
  const headers = new Headers();
  for (let at = 0; at < rawHeaders.length; at += 2)
    headers.append(rawHeaders[at] ?? "", rawHeaders[at + 1] ?? "");
  const withBody = method !== "GET" && method !== "HEAD";
  return new Request(`http://localhost${url}`, {
    method,
    headers,
    ...(withBody
      ? { body: Readable.toWeb(req) as ReadableStream<Uint8Array>, duplex: "half" }
      : {}),
  });
}
