import assert from "node:assert/strict";
import { createMemoryInbox, createMemoryStore } from "@jobber-sync/core";
import { silentLogger } from "../../logger/silent-logger.ts";
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

/** A body parser mounted before the adapter. */
export interface ParserBefore {
  /** The name shown in test titles. */
  readonly name: string;
  readonly start: StartServer;
  /**
   * Pattern that the message of `ERR_BODY_NOT_RAW` must match. Leave it out for parsers that keep
   * the bytes: deliveries must then be accepted.
   */
  readonly fix?: RegExp | undefined;
}

/** Options for {@link adapterContract}. */
export interface AdapterContractOptions extends ContractRunner {
  /** Starts a server with the adapter under test. Called once per test. */
  readonly start: StartServer;
  /** Parsers to test the adapter behind. Each must parse `application/json`. */
  readonly parsers?: readonly ParserBefore[] | undefined;
  /**
   * More bodies to sign and send, by name. None may be rejected for its signature or fail with a
   * 5xx.
   */
  readonly bodies?: Readonly<Record<string, Uint8Array>> | undefined;
  /** Number of recorded requests to replay. @default 1000 */
  readonly recordedRequests?: number | undefined;
  /** Number of broken requests to send. @default 1000 */
  readonly brokenRequests?: number | undefined;
}

/**
 * Tests that an adapter keeps every promise of the receiver, over a real port with real bytes: all
 * responses, and headers, bodies, paths and connections that no HTTP client would produce. The same
 * suite serves every framework.
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
  describe(`${Object.keys(bodies).length} additional signed bodies`, () => {
    for (const mode of ["inbox", "store"] as const) {
      it(`are never rejected for their signature and never fail, with the ${mode}`, async () => {
        const behind =
          mode === "inbox" ? { inbox: createMemoryInbox() } : { store: createMemoryStore() };
        const server = await overPort(start)(contractReceiver(behind));
        try {
          for (const [name, body] of Object.entries(bodies)) {
            const { status } = await server.send(signed(body));
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
  it("accepts a delivery, or responds with the fix for the parser", async () => {
    const errors: string[] = [];
    const logger = {
      ...silentLogger,
      error: (_details: object, message: string) => void errors.push(message),
    };
    const store = createMemoryStore();
    const server = await overPort(start)(contractReceiver({ store, logger }));
    try {
      const reply = await server.send(signed(snapshot("1", "Zoë")));
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

  it("rejects unsigned and forged deliveries", async () => {
    const server = await overPort(start)(contractReceiver({ store: createMemoryStore() }));
    try {
      const headers = { "content-type": "application/json" };
      assert.equal((await server.send({ headers, body: snapshot("1") })).status, 401);
      const forged = { ...headers, [SIGNATURE]: signatureOf("other") };
      assert.equal(
        (await server.send({ headers: forged, body: snapshot("1") })).status,
        fix === undefined ? 401 : 500,
      );
    } finally {
      await server.close();
    }
  });
}
