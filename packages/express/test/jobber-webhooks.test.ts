import { createMemoryStore, createReceiver, type Receiver, signPayload } from "@jobber-sync/core";
import { silentLogger } from "@jobber-sync/testing";
import express from "express";
import { describe, expect, it } from "vitest";
import { jobberWebhooks } from "../src/index.ts";
import { serveExpress } from "./support/serve-express.ts";

const secret = "the client secret of the app";
const body = '{"event":"job.created","data":{"id":"123"}}';
const headers = { "x-jobber-hmac-sha256": signPayload(body, secret) };
const receiver = () =>
  createReceiver({
    tenants: [{ slug: "acme", secrets: secret }],
    store: createMemoryStore(),
    logger: silentLogger,
  });

async function statusOf(app: express.Express, path: string): Promise<number> {
  const server = await serveExpress(app);
  try {
    return (await fetch(server.url + path, { method: "POST", headers, body })).status;
  } finally {
    await server.close();
  }
}

describe("jobberWebhooks", () => {
  it("works under a prefix", async () => {
    const app = express().use("/api", jobberWebhooks(receiver()));
    expect(await statusOf(app, "/api/webhooks/jobber/acme")).toBe(200);
  });

  it("does not affect other routes and their parsers", async () => {
    const app = express()
      .use(jobberWebhooks(receiver()))
      .use(express.json({ type: "*/*" }))
      .post(
        "/other",
        (req, res) => void res.status(req.body.event === "job.created" ? 201 : 500).end(),
      );
    expect(await statusOf(app, "/other")).toBe(201);
  });

  it("does not respond, and raises no error, if the host has already responded", async () => {
    const errors: unknown[] = [];
    let notify = () => {};
    const handled = new Promise<void>((resolve) => {
      notify = resolve;
    });
    const inner = receiver();
    const watched: Receiver = {
      ...inner,
      async handle(request) {
        const response = await inner.handle(request);
        // After the adapter has handled the response.
        setImmediate(notify);
        return response;
      },
    };
    const app = express()
      .use((_req, res, next) => {
        res.status(504).end();
        next();
      })
      .use(jobberWebhooks(watched));
    app.use(
      ((error, _req, _res, _next) => void errors.push(error)) satisfies express.ErrorRequestHandler,
    );
    expect(await statusOf(app, "/webhooks/jobber/acme")).toBe(504);
    await handled;
    expect(errors).toEqual([]);
  });

  it("passes the error of a custom receiver to the host", async () => {
    const broken: Receiver = {
      ...receiver(),
      handle: () => Promise.reject(new Error("custom receiver")),
    };
    const app = express().use(jobberWebhooks(broken));
    app.use(
      ((_error, _req, res, _next) =>
        void res.status(599).end()) satisfies express.ErrorRequestHandler,
    );
    expect(await statusOf(app, "/webhooks/jobber/acme")).toBe(599);
  });

  it.each(["%", "%zz", "acme%", "%E0%A4%A"])(
    "responds to the malformed slug %s like to an unknown tenant, without a stack",
    async (slug) => {
      const errors: unknown[] = [];
      const app = express().use(jobberWebhooks(receiver()));
      // The default error handler shows stacks outside production.
      app.set("env", "development");
      app.use(((error, _req, _res, next) => {
        errors.push(error);
        next(error);
      }) satisfies express.ErrorRequestHandler);
      const server = await serveExpress(app);
      const ask = (path: string) =>
        fetch(`${server.url}/webhooks/jobber/${path}`, { method: "POST", headers, body });
      try {
        const [malformed, unknown] = await Promise.all([ask(slug), ask("globex")]);
        expect(malformed.status).toBe(401);
        expect(await malformed.text()).toBe(await unknown.text());
        expect(errors).toEqual([]);
      } finally {
        await server.close();
      }
    },
  );
});
