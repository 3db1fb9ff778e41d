// Runs on Node, Bun and Deno: core's vectors, the fetch handler's contract, and a delivery over a
// real port. On Node it also runs the adapter contract over Node's own server.
import { readFileSync } from "node:fs";
import process from "node:process";
import { adapterContract, fetchHandlerContract } from "@jobber-sync/testing/contracts";
import { createFetchHandler } from "@jobber-sync/web";
import { coreVectors } from "./core-vectors.mjs";
import { serveFetch } from "./serve-fetch.mjs";
import { createHandler, deliver } from "./signed-delivery.mjs";
import { createTally } from "./tally.mjs";

const json = (path) => JSON.parse(readFileSync(path, "utf8"));
const { WYCHEPROOF } = process.env;

/** Serves a fetch handler with the runtime's own server. */
async function serve(handler) {
  if (globalThis.Bun) {
    const server = globalThis.Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: handler });
    return { url: `http://127.0.0.1:${server.port}`, close: async () => server.stop(true) };
  }
  if (globalThis.Deno) {
    const server = globalThis.Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      (request) => handler(request),
    );
    return { url: `http://127.0.0.1:${server.addr.port}`, close: () => server.shutdown() };
  }
  return serveFetch(handler);
}

const { describe, it, run } = createTally();
coreVectors({ describe, it }, json("signature-vectors.json"), WYCHEPROOF && json(WYCHEPROOF));
describe("the fetch handler", () => {
  fetchHandlerContract({ describe, it, open: (receiver) => createFetchHandler(receiver) });
});
it("a delivery to the runtime's own server", async () => {
  const server = await serve(createHandler());
  try {
    await deliver((path, init) => fetch(server.url + path, init));
  } finally {
    await server.close();
  }
});
if (!globalThis.Bun && !globalThis.Deno) {
  describe("the adapter contract over Node's server", () => {
    adapterContract({
      describe,
      it,
      start: (receiver) => serveFetch(createFetchHandler(receiver)),
    });
  });
}
console.log(JSON.stringify(await run()));
process.exit();
