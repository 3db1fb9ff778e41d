import assert from "node:assert/strict";
import { createMemoryInbox, createMemoryStore } from "@jobber-sync/core";
import type { ContractRunner } from "../store/contract-runner.ts";
import {
  contractReceiver,
  SIGNATURE,
  type StartServer,
  signatureOf,
  snapshot,
} from "./contract-server.ts";
import { fuzzCases } from "./fuzz.ts";
import { guardCases } from "./rejected-heads.ts";
import { replayCases } from "./replay.ts";
import { responseCases } from "./responses.ts";
import { overPort, signed } from "./send-request.ts";
import { wireCases } from "./wire.ts";

/** A parser that was mounted before the adapter. */
export interface ParserBefore {
  /** Names it in the test's title. */
  readonly name: string;
  readonly start: StartServer;
  /** What the message of `ERR_BODY_NOT_RAW` has to say; without it the bytes were kept, and deliveries must be accepted. */
  readonly fix?: RegExp;
}

/** What {@link adapterContract} needs to know. */
export interface AdapterContractOptions extends ContractRunner {
  /** Starts a server with the adapter under test; called once per test. */
  readonly start: StartServer;
  /** The same with a parser before it. The parser has to take `application/json`. */
  readonly parsers?: readonly ParserBefore[];
  /** Correctly signed bodies of the caller's own: none may be rejected for its signature or give a 5xx. */
  readonly bodies?: Readonly<Record<string, Uint8Array>>;
  /** How many recorded requests are replayed. @default 1000 */
  readonly recordedRequests?: number;
  /** How many broken requests are thrown at it. @default 1000 */
  readonly brokenRequests?: number;
}

/**
 * Holds an adapter to everything that the receiver promises, over a real port with real bytes: every response, and headers, bodies, paths
 * and senders that no HTTP client would produce. One suite for every framework.
 *
 * @example
 * ```ts
 * import { once } from "node:events";
 * import { createServer } from "node:http";
 * import { nodeBody } from "@jobber-sync/core/http";
 * import { adapterContract } from "@jobber-sync/testing/contracts";
 * import { describe, it } from "vitest";
 *
 * adapterContract({
 *   describe,
 *   it,
 *   async start(receiver) {
 *     const server = createServer(async (req, res) => {
 *       const tenant = /^\/webhooks\/jobber\/([^/]+)$/.exec(req.url ?? "")?.[1];
 *       const { method = "", headers } = req;
 *       const response = await receiver.handle({ method, tenant, headers, body: nodeBody(req) });
 *       res.writeHead(response.status, response.headers).end(response.body);
 *     }).listen(0);
 *     await once(server, "listening");
 *     const { port } = server.address() as { port: number };
 *     return { url: `http://127.0.0.1:${port}`, close: async () => void server.close() };
 *   },
 * });
 * ```
 */
export function adapterContract({
  describe,
  it,
  start,
  parsers = [],
  bodies = {},
  recordedRequests = 1000,
  brokenRequests = 1000,
}: AdapterContractOptions): void {
  const runner = { describe, it };
  responseCases(runner, overPort(start));
  wireCases(runner, start);
  guardCases(runner, start);
  replayCases(runner, start, recordedRequests);
  fuzzCases(runner, start, brokenRequests);
  if (Object.keys(bodies).length > 0) bodyCases(runner, start, bodies);
  for (const parser of parsers) {
    describe(`behind ${parser.name}`, () => parserCases(it, parser));
  }
}

function bodyCases(
  { describe, it }: ContractRunner,
  start: StartServer,
  bodies: Readonly<Record<string, Uint8Array>>,
): void {
  describe(`${Object.keys(bodies).length} signed bodies of the caller's`, () => {
    for (const mode of ["inbox", "store"] as const) {
      it(`are none rejected for its signature and none a failure, with the ${mode}`, async () => {
        const behind =
          mode === "inbox" ? { inbox: createMemoryInbox() } : { store: createMemoryStore() };
        const server = await overPort(start)(contractReceiver(behind));
        try {
          for (const [name, body] of Object.entries(bodies)) {
            const { status } = await server.ask(signed(body));
            assert.ok(status === 200 || (mode === "store" && status === 422), `${name}: ${status}`);
          }
        } finally {
          await server.close();
        }
      });
    }
  });
}

function parserCases(it: ContractRunner["it"], { start, fix }: ParserBefore): void {
  it("accepts a delivery, or says at once what to change", async () => {
    const errors: string[] = [];
    const logger = {
      info() {},
      warn() {},
      error: (_details: object, message: string) => void errors.push(message),
    };
    const store = createMemoryStore();
    const server = await overPort(start)(contractReceiver({ store, logger }));
    try {
      const reply = await server.ask(signed(snapshot("1", "Zoë")));
      if (fix === undefined) {
        assert.equal(reply.status, 200, reply.body);
        assert.equal((await store.jobs("acme"))[0]?.title, "Zoë");
        return;
      }
      assert.equal(reply.status, 500, reply.body);
      const { code, message } = JSON.parse(reply.body) as { code: string; message: string };
      assert.equal(code, "ERR_BODY_NOT_RAW");
      assert.match(message, fix);
      assert.equal(errors.length, 1);
      assert.match(errors[0] ?? "", fix);
      assert.equal((await store.jobs("acme")).length, 0);
    } finally {
      await server.close();
    }
  });

  it("rejects what is not signed, whatever a parser made of it", async () => {
    const server = await overPort(start)(contractReceiver({ store: createMemoryStore() }));
    try {
      const headers = { "content-type": "application/json" };
      assert.equal((await server.ask({ headers, body: snapshot("1") })).status, 401);
      const forged = { ...headers, [SIGNATURE]: signatureOf("other") };
      assert.equal(
        (await server.ask({ headers: forged, body: snapshot("1") })).status,
        fix === undefined ? 401 : 500,
      );
    } finally {
      await server.close();
    }
  });
}
