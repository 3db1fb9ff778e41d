import { createMemoryStore, createReceiver, type Receiver, signPayload } from "@jobber-sync/core";
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
    logger: { info() {}, warn() {}, error() {} },
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
  it("can be mounted under a path", async () => {
    const app = express().use("/api", jobberWebhooks(receiver()));
    expect(await statusOf(app, "/api/webhooks/jobber/acme")).toBe(200);
  });

  it("leaves the other routes and their parsers alone", async () => {
    const app = express()
      .use(jobberWebhooks(receiver()))
      .use(express.json({ type: "*/*" }))
      .post(
        "/other",
        (req, res) => void res.status(req.body.event === "job.created" ? 201 : 500).end(),
      );
    expect(await statusOf(app, "/other")).toBe(201);
  });

  it("leaves an answer alone that the host gave first, and makes no error of it", async () => {
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
        // After the adapter has had its turn with the response.
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

  it("hands what a receiver of somebody else's making throws to the host", async () => {
    const broken: Receiver = { ...receiver(), handle: () => Promise.reject(new Error("not ours")) };
    const app = express().use(jobberWebhooks(broken));
    app.use(
      ((_error, _req, res, _next) =>
        void res.status(599).end()) satisfies express.ErrorRequestHandler,
    );
    expect(await statusOf(app, "/webhooks/jobber/acme")).toBe(599);
  });
});
