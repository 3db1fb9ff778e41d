import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delayFor } from "node:timers/promises";
import type { SimulatedFault } from "./faults.ts";
import type { SimulatedAnswer } from "./graphql-endpoint.ts";

/** A request as the simulator's routes see it. */
export interface SimulatedRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** An answer, or a redirect. */
type RouteAnswer = SimulatedAnswer | { readonly redirect: string };

/** What a route does with a request; and what goes wrong with the answer. */
export type Route = (
  request: SimulatedRequest,
) => Promise<{ readonly answer: RouteAnswer; readonly fault?: SimulatedFault | undefined }>;

/** A server on a loopback port. */
export interface LoopbackServer {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  close(): Promise<void>;
}

/** Starts a server for the routes, by path, on a free loopback port. `now` is what its `Date` header says. */
export async function startServer(
  routes: ReadonlyMap<string, Route>,
  now: () => number,
): Promise<LoopbackServer> {
  const server = createServer((request, response) => {
    answerRequest(routes, now, request, response).catch(() => response.destroy());
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

async function answerRequest(
  routes: ReadonlyMap<string, Route>,
  now: () => number,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString("utf8");
  const route = routes.get(`${request.method} ${url.pathname}`);
  response.setHeader("date", new Date(now()).toUTCString());
  if (route === undefined) return write(response, { status: 404, body: { message: "Not found" } });
  const { answer, fault } = await route({
    method: request.method ?? "GET",
    url,
    headers: request.headers,
    body,
  });
  if (fault === undefined) return write(response, answer);
  await writeFault(response, fault, answer);
}

function write(response: ServerResponse, answer: RouteAnswer): void {
  if ("redirect" in answer) {
    response.writeHead(302, { location: answer.redirect }).end();
    return;
  }
  response.writeHead(answer.status, { "content-type": "application/json; charset=utf-8" });
  response.end(JSON.stringify(answer.body));
}

async function writeFault(
  response: ServerResponse,
  fault: SimulatedFault,
  answer: RouteAnswer,
): Promise<void> {
  switch (fault.kind) {
    case "html":
      response.writeHead(fault.status ?? 502, { "content-type": "text/html" });
      response.end("<!doctype html><title>Bad gateway</title><h1>Bad gateway</h1>");
      return;
    case "truncated": {
      const text = JSON.stringify("body" in answer ? answer.body : {});
      response.writeHead(200, { "content-type": "application/json", "content-length": text.length });
      response.write(text.slice(0, text.length / 2), () => response.destroy());
      return;
    }
    case "huge":
      return writeHuge(response, fault.bytes);
    case "null_data":
      return write(response, { status: 200, body: { data: null } });
    case "redirect":
      response.writeHead(307, { location: fault.location }).end();
      return;
    case "too_many_requests":
      response.writeHead(429, fault.retryAfter === undefined ? {} : { "retry-after": fault.retryAfter });
      response.end("Retry later\n");
      return;
    case "outage":
      return write(response, { status: 503, body: { message: "Service temporarily unavailable" } });
    case "reset":
    case "lost_answer":
      response.destroy();
      return;
    case "slow":
      await delayFor(fault.ms);
      return write(response, answer);
    case "body":
      return write(response, fault);
  }
}

async function writeHuge(response: ServerResponse, bytes: number): Promise<void> {
  response.writeHead(200, { "content-type": "application/json" });
  response.write('{"data":{"job":{"title":"');
  const closed = once(response, "close");
  const chunk = Buffer.alloc(64 * 1024, "x");
  for (let sent = 0; sent < bytes && !response.destroyed; sent += chunk.length) {
    if (!response.write(chunk)) {
      await Promise.race([once(response, "drain"), closed]);
    }
  }
  response.end('"}}}');
}
