import { createMemoryStore, createReceiver, signPayload } from "@jobber-sync/core";
import { silentLogger } from "@jobber-sync/testing";
import fastify from "fastify";
import { describe, expect, it } from "vitest";
import { jobberWebhooks } from "../src/index.ts";

const secret = "the client secret of the app";
const payload = '{"event":"job.created","data":{"id":"123"}}';
const headers = { "x-jobber-hmac-sha256": signPayload(payload, secret) };
const store = createMemoryStore();
const receiver = createReceiver({
  tenants: [{ slug: "acme", secrets: secret }],
  store,
  logger: silentLogger,
});
const url = "/webhooks/jobber/acme";

describe("jobberWebhooks", () => {
  it("responds to injected requests with text, bytes and objects", async () => {
    const app = fastify();
    app.register(jobberWebhooks, { receiver });
    for (const body of [payload, Buffer.from(payload), JSON.parse(payload) as object]) {
      const response = await app.inject({ method: "POST", url, payload: body, headers });
      expect(response.statusCode).toBe(200);
    }
    expect(await store.jobs("acme")).toHaveLength(1);
    expect((await app.inject({ method: "GET", url })).headers.allow).toBe("POST");
  });

  it("works under a prefix", async () => {
    const app = fastify();
    app.register(jobberWebhooks, { receiver, prefix: "/api" });
    expect(
      (await app.inject({ method: "POST", url: `/api${url}`, payload, headers })).statusCode,
    ).toBe(200);
    expect((await app.inject({ method: "POST", url, payload, headers })).statusCode).toBe(404);
  });

  it("does not affect the parsers, hooks and error handling of the host", async () => {
    const app = fastify();
    app.register(jobberWebhooks, { receiver });
    app.post("/other", async (request) => request.body);
    const parsed = await app.inject({ method: "POST", url: "/other", payload: { a: 1 } });
    expect(parsed.json()).toEqual({ a: 1 });
    const type = { "content-type": "text/csv" };
    expect(
      (await app.inject({ method: "POST", url: "/other", payload: "a,b", headers: type }))
        .statusCode,
    ).toBe(415);
    expect((await app.inject({ method: "GET", url: "/other" })).statusCode).toBe(404);
    expect(app.hasContentTypeParser("*")).toBe(false);
  });

  it("runs after the hooks of the host", async () => {
    const app = fastify();
    app.addHook("onRequest", async (_request, reply) => reply.code(429).send("later"));
    app.register(jobberWebhooks, { receiver });
    expect((await app.inject({ method: "POST", url, payload, headers })).statusCode).toBe(429);
  });

  it("handles a request once when an onSend hook of the host takes its time", async () => {
    const app = fastify();
    let handled = 0;
    const handle: typeof receiver.handle = (request) => {
      handled += 1;
      return receiver.handle(request);
    };
    app.addHook("onSend", async (_request, _reply, sent) => {
      await new Promise((resolve) => setImmediate(resolve));
      return String(sent).toUpperCase();
    });
    app.register(jobberWebhooks, { receiver: { ...receiver, handle } });
    const response = await app.inject({ method: "POST", url, payload, headers });
    expect([response.statusCode, response.body]).toEqual([200, '{"STATUS":"DUPLICATE"}']);
    expect(handled).toBe(1);
  });

  it("can be registered twice, for two receivers", async () => {
    const app = fastify();
    app.register(jobberWebhooks, { receiver, prefix: "/a" });
    app.register(jobberWebhooks, { receiver, prefix: "/b" });
    expect(
      (await app.inject({ method: "POST", url: `/b${url}`, payload, headers })).statusCode,
    ).toBe(200);
  });
});
