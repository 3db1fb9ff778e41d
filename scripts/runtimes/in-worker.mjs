// A Cloudflare Worker that accepts deliveries like a user's. /conformance runs core's vectors and
// the fetch handler's contract inside the worker.
import { fetchHandlerContract } from "@jobber-sync/testing/contracts";
import { createFetchHandler } from "@jobber-sync/web";
import { coreVectors } from "./core-vectors.mjs";
import vectors from "./signature-vectors.json";
import { createHandler } from "./signed-delivery.mjs";
import { createTally } from "./tally.mjs";

const handler = createHandler();

export default {
  async fetch(request) {
    if (new URL(request.url).pathname !== "/conformance") return handler(request);
    const wycheproof = request.method === "POST" ? await request.json() : undefined;
    const { describe, it, run } = createTally();
    coreVectors({ describe, it }, vectors, wycheproof);
    fetchHandlerContract({ describe, it, open: (receiver) => createFetchHandler(receiver) });
    return Response.json(await run());
  },
};
