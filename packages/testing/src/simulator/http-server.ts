import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delayFor } from "node:timers/promises";
import type { SimulatedFault } from "./faults.ts";
import type { SimulatedResponse } from "./graphql-endpoint.ts";

/** A request to one of the simulator's routes. */
export interface SimulatedRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** A response or a redirect. */
type RouteResponse = SimulatedResponse | { readonly redirect: string };

/** Handles a request and returns the response, with the fault to apply to it. */
export type Route = (
  request: SimulatedRequest,
) => Promise<{ readonly response: RouteResponse; readonly fault?: SimulatedFault | undefined }>;

/** A server on a loopback port. */
export interface LoopbackServer {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Starts a server for the routes, keyed by method and path, on a free loopback port. `now` sets its
 * `Date` header.
 */
export async function startServer(
  routes: ReadonlyMap<string, Route>,
  now: () => number,
): Promise<LoopbackServer> {
  const server = createServer((request, res) => {
    respond(routes, now, request, res).catch(() => res.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function respond(
  routes: ReadonlyMap<string, Route>,
  now: () => number,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const url = new URL(req.url ?? "/", "http://127.0.0.1");
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString("utf8");
  const route = routes.get(`${req.method} ${url.pathname}`);
  res.setHeader("date", new Date(now()).toUTCString());
  if (route === undefined) return write(res, { status: 404, body: { message: "Not found" } });
  const { response, fault } = await route({
    method: req.method ?? "GET",
    url,
    headers: req.headers,
    body,
  });
  if (fault === undefined) return write(res, response);
  await writeFault(res, fault, response);
}

function write(res: ServerResponse, response: RouteResponse): void {
  if ("redirect" in response) {
    res.writeHead(302, { location: response.redirect }).end();
    return;
  }
  res.writeHead(response.status, { "content-type": "application/json; charset=utf-8" });
  res.end(JSON.stringify(response.body));
}

async function writeFault(
  res: ServerResponse,
  fault: SimulatedFault,
  response: RouteResponse,
): Promise<void> {
  switch (fault.kind) {
    case "html":
      res.writeHead(fault.status ?? 502, { "content-type": "text/html" });
      res.end("<!doctype html><title>Bad gateway</title><h1>Bad gateway</h1>");
      return;
    case "truncated": {
      const text = JSON.stringify("body" in response ? response.body : {});
      res.writeHead(200, { "content-type": "application/json", "content-length": text.length });
      res.write(text.slice(0, text.length / 2), () => res.destroy());
      return;
    }
    case "huge":
      return writeHuge(res, fault.bytes);
    case "null_data":
      return write(res, { status: 200, body: { data: null } });
    case "redirect":
      res.writeHead(307, { location: fault.location }).end();
      return;
    case "too_many_requests":
      res.writeHead(429, fault.retryAfter === undefined ? {} : { "retry-after": fault.retryAfter });
      res.end("Retry later\n");
      return;
    case "outage":
      return write(res, { status: 503, body: { message: "Service temporarily unavailable" } });
    case "reset":
    case "lost_response":
      res.destroy();
      return;
    case "slow":
      await delayFor(fault.ms);
      return write(res, response);
    case "body":
      return write(res, fault);
  }
}

async function writeHuge(res: ServerResponse, bytes: number): Promise<void> {
  res.writeHead(200, { "content-type": "application/json" });
  res.write('{"data":{"job":{"title":"');
  const closed = once(res, "close");
  const chunk = Buffer.alloc(64 * 1024, "x");
  for (let sent = 0; sent < bytes && !res.destroyed; sent += chunk.length) {
    if (!res.write(chunk)) {
      await Promise.race([once(res, "drain"), closed]);
    }
  }
  res.end('"}}}');
}
