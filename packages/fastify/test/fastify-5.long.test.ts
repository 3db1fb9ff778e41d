import { adapterContract } from "@jobber-sync/testing/contracts";
import { loadAttackContract } from "@jobber-sync/testing/load-attack";

import { describe, it } from "vitest";
import { serveFastify } from "./support/serve-fastify.ts";

describe("Fastify 5, at length", () => {
  adapterContract({
    describe,
    it,
    start: (receiver) => serveFastify(receiver),
    recordedRequests: 50_000,
    brokenRequests: 200_000,
  });

  loadAttackContract({
    describe,
    it,
    program: new URL("./support/attacked-server.ts", import.meta.url),
    onFigure: (name, figure) => console.log(`Fastify 5, ${name}: ${figure}`),
  });
});
