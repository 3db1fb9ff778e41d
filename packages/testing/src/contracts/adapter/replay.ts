import assert from "node:assert/strict";
import {
  createMemoryInbox,
  createMemoryStore,
  type Receiver,
  type ReceiverResponse,
} from "@jobber-sync/core";
import type { ContractRunner } from "../store/contract-runner.ts";
import { APP_SECRET, contractReceiver, ODD_TENANT, type StartServer } from "./contract-server.ts";
import { RawConnection } from "./raw-connection.ts";
import { type RecordedRequest, recordedRequests, serialise } from "./recorded-requests.ts";

const SEED = 20_260_125;

/**
 * Replays recorded requests through the adapter and directly into a receiver. Responses and stored
 * rows must be equal, and so they are equal in every adapter that passes.
 */
export function replayCases(
  { describe, it }: ContractRunner,
  start: StartServer,
  count: number,
): void {
  describe(`${count} recorded requests`, () => {
    for (const mode of ["inbox", "store"] as const) {
      it(mode === "inbox"
        ? "get the same responses and store the same deliveries as without an adapter"
        : "change the same records as without an adapter", async () => {
        const direct = setUp(mode);
        const adapted = setUp(mode);
        const server = await start(adapted.receiver);
        const connection = await RawConnection.open(server.url);
        try {
          for (const request of recordedRequests(SEED, count / 2)) {
            await connection.write(serialise(request));
            const response = await connection.response(request.method);
            assert.deepEqual(
              response && comparable(response),
              comparable(await handleDirectly(direct.receiver, request)),
              `${request.method} ${request.path} ${JSON.stringify(request.headers)} ${Buffer.from(request.body.subarray(0, 300))}`,
            );
          }
          assert.deepEqual(await adapted.effect(), await direct.effect());
        } finally {
          connection.end();
          await server.close();
        }
      }, 60_000);
    }
  });
}

function setUp(mode: "inbox" | "store"): { receiver: Receiver; effect: () => Promise<unknown> } {
  const inbox = createMemoryInbox();
  const store = createMemoryStore();
  const receiver = contractReceiver({
    ...(mode === "inbox" ? { inbox } : { store }),
    app: { secrets: APP_SECRET },
    maxBodyBytes: 2000,
    // High enough for a busy machine: a missed deadline would be a difference.
    deadlineMs: 30_000,
    now: () => 0,
  });
  return {
    receiver,
    effect: async () => ({
      deliveries: await inbox.list({ limit: 1e6 }),
      records: await Promise.all(
        ["acme", ODD_TENANT.slug].map(async (tenant) => [
          await store.jobs(tenant, { limit: 1e6 }),
          await store.contacts(tenant, { limit: 1e6 }),
          await store.submissions(tenant, { limit: 1e6 }),
        ]),
      ),
    }),
  };
}

/** Passes a request to the receiver as an adapter on Node would. */
function handleDirectly(
  receiver: Receiver,
  { method, tenant, headers, body, chunks }: RecordedRequest,
): Promise<ReceiverResponse> {
  const joined: Record<string, string> =
    chunks.length > 0 ? {} : { "content-length": String(body.length) };
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    joined[key] = joined[key] === undefined ? value : `${joined[key]}, ${value}`;
  }
  return receiver.handle({ method, tenant, headers: joined, body });
}

function comparable({
  status,
  headers,
  body,
}: Pick<ReceiverResponse, "status" | "headers" | "body">): object {
  return {
    status,
    body,
    type: headers["content-type"],
    allow: headers.allow,
    retryAfter: headers["retry-after"],
  };
}
