import { once } from "node:events";
import { Agent, createServer, get, IncomingMessage, type ServerResponse } from "node:http";
import { connect, Socket } from "node:net";
import { createMemoryStore, toInstant } from "@jobber-sync/core";
import { describe, expect, it, test } from "vitest";
import { createHttpCloser } from "../src/create-http-closer.ts";
import { isLocalRequest } from "../src/is-local-request.ts";
import { isRecordKind, readRecords } from "../src/read-records.ts";
import { urlOfServer } from "../src/url-of-server.ts";

async function open() {
  const server = createServer({ keepAliveTimeout: 60_000 });
  const close = createHttpCloser(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, close, url: urlOfServer(server) };
}

async function sendRequest(server: Awaited<ReturnType<typeof open>>["server"], url: string) {
  const sent = get(url, { agent: new Agent({ keepAlive: true }) });
  const [, response] = (await once(server, "request")) as [IncomingMessage, ServerResponse];
  return { sent, response };
}

describe("createHttpCloser", () => {
  it("finishes a request in progress and does not wait for its keep-alive connection", async () => {
    const { server, close, url } = await open();
    const { sent, response } = await sendRequest(server, url);

    const closed = close();
    await expect(fetch(url)).rejects.toThrow("fetch failed");
    response.end("finished");
    const [received] = (await once(sent, "response")) as [IncomingMessage];
    expect((await received.toArray()).join("")).toBe("finished");
    await closed;
  });

  it.each([
    ["has sent nothing", ""],
    ["has sent half a header", "POST / HTTP/1.1\r\nHost: x\r\n"],
  ])("does not wait for a connection that %s", async (_name, bytes) => {
    const { server, close, url } = await open();
    const socket = connect(Number(new URL(url).port), "127.0.0.1", () => socket.write(bytes));
    await once(server, "connection");
    await close({ graceMs: 60_000 });
  });

  it("destroys a request that is still in progress after graceMs", async () => {
    const { server, close, url } = await open();
    const { sent } = await sendRequest(server, url);
    const failed = once(sent, "error");
    await close({ graceMs: 20 });
    expect((await failed)[0]).toMatchObject({ code: "ECONNRESET" });
  });
});

describe("urlOfServer", () => {
  it("returns an address that can be opened when the server listens on all interfaces", async () => {
    const server = createServer();
    const close = createHttpCloser(server);
    server.listen(0, "0.0.0.0");
    await once(server, "listening");
    expect(urlOfServer(server)).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    await close();
    expect(() => urlOfServer(server)).toThrow("not listening");
  });
});

function request(
  address: string | undefined,
  headers: IncomingMessage["headers"],
): IncomingMessage {
  const socket = Object.defineProperty(new Socket(), "remoteAddress", { value: address });
  return Object.assign(new IncomingMessage(socket), { headers });
}

const host = "127.0.0.1:3000";

test.each(["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"])(
  "isLocalRequest accepts a request from %s",
  (address) => {
    expect(isLocalRequest(request(address, { host }))).toBe(true);
  },
);

test.each(["10.0.0.1", "::ffff:10.0.0.1", "fe80::1", "", undefined])(
  "isLocalRequest rejects a request from %s",
  (address) => {
    expect(isLocalRequest(request(address, { host }))).toBe(false);
  },
);

test.each(["localhost", "LOCALHOST:3000", "[::1]:3000", "127.0.0.1"])(
  "isLocalRequest accepts the host %s",
  (name) => {
    expect(isLocalRequest(request("127.0.0.1", { host: name }))).toBe(true);
  },
);

test.each(["example.com", "localhost.example.com", "127.0.0.1.example.com:3000", "", undefined])(
  "isLocalRequest rejects the host %s",
  (name) => {
    expect(isLocalRequest(request("127.0.0.1", name === undefined ? {} : { host: name }))).toBe(
      false,
    );
  },
);

test.each(["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"])(
  "isLocalRequest rejects a request with the header %s",
  (header) => {
    expect(isLocalRequest(request("127.0.0.1", { host, [header]: "127.0.0.1" }))).toBe(false);
  },
);

test("readRecords reads all 2,500 records, across pages", async () => {
  const store = createMemoryStore();
  const ids = Array.from({ length: 2500 }, (_, index) => String(10_000 + index));
  await store.apply({
    jobs: [],
    contacts: ids.map((jobberClientId) => ({
      tenant: "acme",
      jobberClientId,
      mode: "replace",
      fields: {},
      sourceUpdatedAt: toInstant(0),
      sequence: 1,
    })),
    submissions: [],
  });
  const records = await readRecords(store, "acme", "contacts");
  expect(records.map((record) => "jobberClientId" in record && record.jobberClientId)).toEqual(ids);
  expect(await readRecords(store, "globex", "contacts")).toEqual([]);
});

test("isRecordKind accepts jobs, contacts and submissions only", () => {
  expect(["jobs", "contacts", "submissions"].every(isRecordKind)).toBe(true);
  expect(["job", "constructor", "", undefined, null].some(isRecordKind)).toBe(false);
});
