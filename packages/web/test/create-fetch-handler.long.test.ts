import { adapterContract } from "@jobber-sync/testing/contracts";
import { loadAttackContract } from "@jobber-sync/testing/load-attack";

import { describe, it } from "vitest";
import { createFetchHandler } from "../src/index.ts";
import { serveFetch } from "./support/serve-fetch.ts";

describe("The fetch handler, at length", () => {
  adapterContract({
    describe,
    it,
    start: (receiver) => serveFetch(createFetchHandler(receiver)),
    recordedRequests: 50_000,
    brokenRequests: 200_000,
  });

  loadAttackContract({
    describe,
    it,
    // Node's own streams are turned into WHATWG streams on the way: several times the work of a
    // Node request.
    slowSenders: 1000,
    program: new URL("./support/attacked-server.ts", import.meta.url),
    onFigure: (name, figure) => console.log(`The fetch handler, ${name}: ${figure}`),
  });
});
