import { adapterContract } from "@jobber-sync/testing/contracts";
import express from "express";
import { describe, expect, it } from "vitest";
import { jsonTestSuite } from "../../../scripts/vectors.ts";
import { jobberWebhooks } from "../src/index.ts";
import { parsersOf, serveExpress } from "./support/serve-express.ts";

describe("Express 5", () => {
  it("is version 5", async () => {
    const { default: manifest } = await import("express/package.json", { with: { type: "json" } });
    expect(manifest.version).toMatch(/^5\./);
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
