import { adapterContract } from "@jobber-sync/testing/contracts";
import express from "express";
import { describe, it, vi } from "vitest";
import { jobberWebhooks } from "../src/index.ts";
import { serveExpress } from "./support/serve-express.ts";

// The package imports the version that is installed under this name.
vi.mock("express", async () => {
  // @ts-expect-error version 4 has no types here; what is used of it is the same
  const { default: express4 } = await import("express4");
  return { default: express4, Router: express4.Router };
});

describe("Express 4, at length", () => {
  adapterContract({
    describe,
    it,
    start: (receiver) => serveExpress(express().use(jobberWebhooks(receiver))),
    recordedRequests: 50_000,
    brokenRequests: 200_000,
  });
});
