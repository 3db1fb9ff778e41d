import { once } from "node:events";
import { Agent, createServer, get, type IncomingMessage, type ServerResponse } from "node:http";
import { expect, test } from "vitest";
import { closeHttpServer } from "../src/close-http-server.ts";
import { urlOfServer } from "../src/url-of-server.ts";

test("what is being answered is finished, and its kept-alive connection holds nothing up", async () => {
  const server = createServer({ keepAliveTimeout: 60_000 });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = urlOfServer(server);
  const request = get(url, { agent: new Agent({ keepAlive: true }) });
  const [, response] = (await once(server, "request")) as [IncomingMessage, ServerResponse];

  const closed = closeHttpServer(server);
  await expect(fetch(url)).rejects.toThrow("fetch failed");
  response.end("finished");
  const [received] = (await once(request, "response")) as [IncomingMessage];
  expect((await received.toArray()).join("")).toBe("finished");
  await closed;
});

test("the URL of a server that listens everywhere is one that can be opened", async () => {
  const server = createServer().listen(0, "0.0.0.0");
  await once(server, "listening");
  expect(urlOfServer(server)).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  await closeHttpServer(server);
  expect(() => urlOfServer(server)).toThrow("listens on no port");
});
