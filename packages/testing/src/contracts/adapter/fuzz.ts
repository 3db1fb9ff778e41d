import assert from "node:assert/strict";
import { createMemoryInbox } from "@jobber-sync/core";
import type { Inbox } from "@jobber-sync/core/ports";
import { createRandom, type Random } from "../../random/create-random.ts";
import type { ContractRunner } from "../store/contract-runner.ts";
import { APP_SECRET, contractReceiver, type StartServer } from "./contract-server.ts";
import { RawConnection } from "./raw-connection.ts";
import { type RecordedRequest, recordedRequests, serialise } from "./recorded-requests.ts";

const SEED = 4711;
const CONCURRENCY = 16;
const MAX_MS = 1000;

// Statuses of the receiver, 400 and 404 of routers, and 400, 408, 413, 417 and 431 of Node's HTTP
// parser.
const LISTED = new Set([200, 400, 401, 404, 405, 408, 413, 415, 417, 422, 431, 500, 503]);

/** Sends broken requests: nothing crashes, nothing hangs, and nothing unsigned is stored. */
export function fuzzCases(
  { describe, it }: ContractRunner,
  start: StartServer,
  count: number,
): void {
  describe(`${count} broken requests`, () => {
    it("each get a known status or a closed connection within a second, and store nothing unsigned", async () => {
      const signed = new Set<string>();
      const stored = new Set<string>();
      const memory = createMemoryInbox();
      const inbox: Inbox = {
        ...memory,
        accept(delivery) {
          stored.add(Buffer.from(delivery.body).toString("latin1"));
          return memory.accept(delivery);
        },
      };
      const rejections: unknown[] = [];
      const onRejection = (reason: unknown) => rejections.push(reason);
      process.on("unhandledRejection", onRejection);
      const receiver = contractReceiver({
        inbox,
        app: { secrets: APP_SECRET },
        maxBodyBytes: 2000,
        deadlineMs: 200,
      });
      const server = await start(receiver);
      try {
        const requests = brokenRequests(count, (body) => signed.add(body));
        const worker = async () => {
          for (const bytes of requests) await sendBroken(server.url, bytes);
        };
        await Promise.all(Array.from({ length: CONCURRENCY }, worker));
      } finally {
        await server.close();
        process.off("unhandledRejection", onRejection);
      }
      assert.deepEqual(rejections, []);
      for (const body of stored) assert.ok(signed.has(body), `stored: ${JSON.stringify(body)}`);
      assert.ok(stored.size > 0, "no request was intact enough to reach signature verification");
    }, 600_000);
  });
}

async function sendBroken(url: string, bytes: Buffer): Promise<void> {
  const connection = await RawConnection.open(url);
  const begin = performance.now();
  await connection.write(bytes);
  connection.finish();
  const response = await connection.response(
    bytes.subarray(0, 5).toString("latin1") === "HEAD " ? "HEAD" : "POST",
  );
  const ms = performance.now() - begin;
  connection.end();
  assert.ok(ms < MAX_MS, `${ms} ms for ${JSON.stringify(bytes.toString("latin1"))}`);
  if (response !== null)
    assert.ok(
      LISTED.has(response.status),
      `${response.status} for ${JSON.stringify(bytes.toString("latin1"))}`,
    );
}

function* brokenRequests(count: number, onSigned: (body: string) => void): Generator<Buffer> {
  const random = createRandom(SEED);
  for (const request of recordedRequests(SEED, count)) {
    onSigned(Buffer.from(request.body).toString("latin1"));
    yield breakRequest(request, random);
  }
}

/**
 * Breaks the body, the path or a header, so that most requests pass the HTTP parser, and sometimes
 * any byte.
 */
function breakRequest(request: RecordedRequest, random: Random): Buffer {
  const breakText = (text: string) =>
    breakOnce(Buffer.from(text, "latin1"), random).toString("latin1");
  switch (random.int(4)) {
    case 0:
      return serialise({
        ...request,
        body: breakOnce(Buffer.from(request.body), random),
        chunks: [],
      });
    case 1:
      return serialise({ ...request, path: breakText(request.path) });
    case 2:
      return serialise({
        ...request,
        headers: request.headers.map(([name, value]) => [name, breakText(value)] as const),
      });
    default: {
      let bytes = serialise(request);
      for (let breaks = 1 + random.int(3); breaks > 0; breaks -= 1)
        bytes = breakOnce(bytes, random);
      return bytes;
    }
  }
}

const FRAGMENTS = [
  "\r\n",
  "\n",
  "\0",
  " ",
  ":",
  "%",
  "%00",
  "..",
  "/",
  "?",
  "#",
  "\xff",
  "é",
  "chunked",
  "gzip",
  "-1",
  "1e9",
  "99999999999999999999",
  "Content-Length: 3\r\n",
  "Transfer-Encoding: chunked\r\n",
  "Expect: 100-continue\r\n",
  "Connection: close\r\n",
  "Upgrade: websocket\r\nConnection: upgrade\r\n",
  "HTTP/1.0",
  "HTTP/2.0",
  "HEAD ",
  "TRACE ",
  "CONNECT ",
] as const;

function breakOnce(bytes: Buffer, random: Random): Buffer {
  // Most bytes belong to the body; half of the breaks must hit the head.
  const head = bytes.indexOf("\r\n\r\n") + 4;
  const at = random.int(head > 4 && random.chance(0.5) ? head : bytes.length);
  const fragment = Buffer.from(random.pick(FRAGMENTS), "latin1");
  switch (random.int(6)) {
    case 0: {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << random.int(8));
      return flipped;
    }
    case 1:
      return bytes.subarray(0, at);
    case 2:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.int(20))]);
    case 3:
      return Buffer.concat([
        bytes.subarray(0, at),
        bytes.subarray(Math.max(0, at - random.int(40))),
      ]);
    case 4: {
      const lineStart = bytes.lastIndexOf("\n", at) + 1;
      return Buffer.concat([bytes.subarray(0, lineStart), fragment, bytes.subarray(lineStart)]);
    }
    default:
      return Buffer.concat([bytes.subarray(0, at), fragment, bytes.subarray(at)]);
  }
}
