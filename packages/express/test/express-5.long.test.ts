import { adapterContract } from "@jobber-sync/testing/contracts";
import { loadAttackContract } from "@jobber-sync/testing/load-attack";
import express from "express";
import { describe, it } from "vitest";
import { jobberWebhooks } from "../src/index.ts";
import { serveExpress } from "./support/serve-express.ts";

describe("Express 5, at length", () => {
  adapterContract({
    describe,
    it,
    start: (receiver) => serveExpress(express().use(jobberWebhooks(receiver))),
    recordedRequests: 50_000,
    brokenRequests: 200_000,
  });

  loadAttackContract({
    describe,
    it,
    program: new URL("./support/attacked-server.ts", import.meta.url),
    onFigure: (name, figure) => console.log(`Express 5, ${name}: ${figure}`),
  });
});
