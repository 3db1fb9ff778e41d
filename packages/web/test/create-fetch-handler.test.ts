import { createMemoryStore, createReceiver, signPayload } from "@jobber-sync/core";
import { silentLogger } from "@jobber-sync/testing";
import { adapterContract, fetchHandlerContract } from "@jobber-sync/testing/contracts";
import { describe, expect, it } from "vitest";
import { jsonTestSuite } from "../../../scripts/vectors.ts";
import { createFetchHandler } from "../src/index.ts";
import { serveFetch } from "./support/serve-fetch.ts";

describe("createFetchHandler behind Node's server", () => {
  adapterContract({
    describe,
    it,
    start: (receiver) => serveFetch(createFetchHandler(receiver)),
    bodies: jsonTestSuite(),
    recordedRequests: 300,
    brokenRequests: 300,
  });
});

describe("createFetchHandler as a function", () => {
  fetchHandlerContract({ describe, it, open: (receiver) => createFetchHandler(receiver) });
});

describe("createFetchHandler", () => {
  const secret = "the client secret of the app";
  const body = '{"event":"job.created","data":{"id":"123"}}';
  const receiver = createReceiver({
    tenants: [{ slug: "acme", secrets: secret }],
    store: createMemoryStore(),
    logger: silentLogger,
  });
  const post = (path: string) =>
    new Request(`https://example.com${path}`, {
      method: "POST",
      headers: { "x-jobber-hmac-sha256": signPayload(body, secret) },
      body,
    });

  it("works under a base path", async () => {
    const handler = createFetchHandler(receiver, { basePath: "/api/v1" });
    expect((await handler(post("/api/v1/webhooks/jobber/acme"))).status).toBe(200);
    for (const path of [
      "/webhooks/jobber/acme",
      "/api/v1",
      "/api/v12/webhooks/jobber/acme",
      "/api/v1/webhooks/jobber",
    ])
      expect((await handler(post(path))).status).toBe(404);
  });

  it("names the fix if the body has been read before", async () => {
    const request = post("/webhooks/jobber/acme");
    await request.json();
    const response = await createFetchHandler(receiver)(request);
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({
      code: "ERR_BODY_NOT_RAW",
      message: expect.stringContaining("before anything calls its json()"),
    });
  });

  it("rejects a base path that would never match", () => {
    for (const basePath of ["api", "/", "/api/", 7 as unknown as string])
      expect(() => createFetchHandler(receiver, { basePath })).toThrow(TypeError);
  });
});
