import { adapterContract } from "@jobber-sync/testing/contracts";
import express from "express";
import { describe, expect, it, vi } from "vitest";
import { jsonTestSuite } from "../../../scripts/vectors.ts";
import { jobberWebhooks } from "../src/index.ts";
import { parsersOf, serveExpress } from "./support/serve-express.ts";

// The package imports the version that is installed under this name.
vi.mock("express", async () => {
  // @ts-expect-error version 4 has no types here; what is used of it is the same
  const { default: express4 } = await import("express4");
  return { default: express4, Router: express4.Router };
});

describe("Express 4", () => {
  it("is version 4", () => {
    // Version 4 has the default query parser middleware, version 5 has not.
    expect(express).toHaveProperty("query");
  });

  adapterContract({
    describe,
    it,
    start: (receiver) => serveExpress(express().use(jobberWebhooks(receiver))),
    parsers: parsersOf(express, jobberWebhooks),
    bodies: jsonTestSuite(),
    recordedRequests: 300,
    brokenRequests: 300,
  });
});
