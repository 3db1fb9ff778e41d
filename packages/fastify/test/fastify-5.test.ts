import { adapterContract } from "@jobber-sync/testing";
import { describe, it } from "vitest";
import { parsers } from "./support/parsers.ts";
import { serveFastify } from "./support/serve-fastify.ts";

describe("Fastify 5", () => {
  adapterContract({ describe, it, start: (receiver) => serveFastify(receiver), parsers });
});
