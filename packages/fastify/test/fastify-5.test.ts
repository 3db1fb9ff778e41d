import { adapterContract } from "@jobber-sync/testing/contracts";
import { describe, it } from "vitest";
import { jsonTestSuite } from "../../../scripts/vectors.ts";
import { parsers } from "./support/parsers.ts";
import { serveFastify } from "./support/serve-fastify.ts";

describe("Fastify 5", () => {
  adapterContract({
    describe,
    it,
    start: (receiver) => serveFastify(receiver),
    parsers,
    bodies: jsonTestSuite(),
    recordedRequests: 300,
    brokenRequests: 300,
  });
});
