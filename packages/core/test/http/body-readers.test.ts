import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import {
  type BodyLimits,
  type BodyReader,
  ByteBudget,
  nodeBody,
  webBody,
} from "@jobber-sync/core/http";
import { describe, expect, it, vi } from "vitest";

const limits = (parts: Partial<BodyLimits> = {}): BodyLimits => ({
  maxBytes: 100,
  timeoutMs: 5000,
  budget: new ByteBudget(1000),
  ...parts,
});

/** Creates a Node request from chunks. */
function nodeRequest(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  fields: object = {},
): IncomingMessage {
  return Object.assign(
    Readable.from(chunks, { objectMode: false }),
    { complete: false },
    fields,
  ) as unknown as IncomingMessage;
}

function webRequest(chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Request {
  const body = ReadableStream.from(chunks) as unknown as ReadableStream<Uint8Array<ArrayBuffer>>;
  return new Request("http://localhost", { method: "POST", body, duplex: "half" });
}

async function* stalling(first: Uint8Array): AsyncGenerator<Uint8Array> {
  yield first;
  await new Promise(() => {});
}

/** A budget that records what was taken from it. */
class WatchedBudget extends ByteBudget {
  #notify = () => {};
  readonly taken = new Promise<void>((resolve) => {
    this.#notify = resolve;
  });

  override take(amount: number): void {
    super.take(amount);
    this.#notify();
  }
}

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "none",
    ({ code }: { code: string }) => code,
  );
const bytes = (text: string) => new TextEncoder().encode(text);
const textOf = async (reader: BodyReader, parts?: Partial<BodyLimits>) =>
  Buffer.from(await reader.read(limits(parts))).toString();

const readers: [
  name: string,
  read: (chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>) => BodyReader,
][] = [
  ["nodeBody", (chunks) => nodeBody(nodeRequest(chunks))],
  ["webBody", (chunks) => webBody(webRequest(chunks))],
];

describe.each(readers)("%s", (_name, readerOf) => {
  it("joins chunks, however many and however small", async () => {
    const text = "Zoë ".repeat(20);
    const single = Array.from(bytes(text), (byte) => Uint8Array.of(byte));
    for (const chunks of [
      [bytes(text)],
      single,
      [bytes(text).subarray(0, 3), bytes(text).subarray(3)],
      [],
    ])
      expect(await textOf(readerOf(chunks))).toBe(chunks.length === 0 ? "" : text);
  });

  it("accepts a body of exactly the limit, but not one byte more", async () => {
    expect(await textOf(readerOf([bytes("x".repeat(99)), bytes("x")]))).toHaveLength(100);
    expect(await codeOf(readerOf([bytes("x".repeat(99)), bytes("xx")]).read(limits()))).toBe(
      "ERR_BODY_TOO_LARGE",
    );
  });

  it("rejects a body that is not complete in time", async () => {
    expect(await codeOf(readerOf(stalling(bytes("x"))).read(limits({ timeoutMs: 20 })))).toBe(
      "ERR_BODY_TIMEOUT",
    );
  });

  it("rejects a body whose sender disconnects", async () => {
    const leaving = async function* () {
      yield bytes("x");
      throw new Error("ECONNRESET");
    };
    expect(await codeOf(readerOf(leaving()).read(limits()))).toBe("ERR_BODY_ABORTED");
  });

  it("stays within the shared budget, and returns what it took in every case", async () => {
    const budget = new WatchedBudget(100);
    const slow = codeOf(
      readerOf(stalling(bytes("x".repeat(60)))).read(limits({ budget, timeoutMs: 50 })),
    );
    await budget.taken;
    expect(await codeOf(readerOf([bytes("x".repeat(60))]).read(limits({ budget })))).toBe(
      "ERR_OVERLOADED",
    );
    expect(await slow).toBe("ERR_BODY_TIMEOUT");
    expect(
      await codeOf(
        readerOf([bytes("x".repeat(60)), bytes("x".repeat(60))]).read(limits({ budget })),
      ),
    ).toBe("ERR_BODY_TOO_LARGE");
    expect(await textOf(readerOf([bytes("x".repeat(100))]), { budget })).toHaveLength(100);
    expect(await textOf(readerOf([bytes("x".repeat(100))]), { budget })).toHaveLength(100);
  });
});

describe("nodeBody", () => {
  it("is complete with the last chunk of the promised length, before the stream ends", async () => {
    const request = nodeRequest(stalling(bytes("x")), { headers: { "content-length": "1" } });
    expect(await textOf(nodeBody(request))).toBe("x");
    const halves = async function* () {
      yield bytes("ab");
      yield* stalling(bytes("cd"));
    };
    const whole = nodeRequest(halves(), { headers: { "content-length": "4" } });
    expect(await textOf(nodeBody(whole))).toBe("abcd");
  });

  it("waits for the end of a chunked body, whatever its Content-Length says", async () => {
    const headers = { "content-length": "1", "transfer-encoding": "chunked" };
    expect(await textOf(nodeBody(nodeRequest([bytes("x"), bytes("y")], { headers })))).toBe("xy");
  });

  it("rejects a body whose sender disconnects before its promised length", async () => {
    const request = nodeRequest(stalling(bytes("x")), { headers: { "content-length": "2" } });
    const read = codeOf(nodeBody(request).read(limits()));
    request.destroy();
    expect(await read).toBe("ERR_BODY_ABORTED");
  });

  it("takes its timeout from the caller's clock if there is one", async () => {
    let pass = () => {};
    const onTimeout = vi.fn((listener: (() => void) | null) => {
      pass = listener ?? pass;
    });
    const read = codeOf(nodeBody(nodeRequest(stalling(bytes("x")))).read(limits({ onTimeout })));
    pass();
    expect(await read).toBe("ERR_BODY_TIMEOUT");
    expect(onTimeout).toHaveBeenLastCalledWith(null);
  });

  it("prefers the bytes that a parser kept in rawBody or body to the stream", async () => {
    expect(
      await textOf(
        nodeBody(
          nodeRequest([bytes("stream")], { rawBody: Buffer.from("raw"), body: { parsed: true } }),
        ),
      ),
    ).toBe("raw");
    expect(
      await textOf(nodeBody(nodeRequest([bytes("stream")], { body: Buffer.from("body") }))),
    ).toBe("body");
    expect(await textOf(nodeBody(nodeRequest([bytes("stream")], { body: {} })))).toBe("stream");
    const kept = nodeBody(nodeRequest([], { rawBody: Buffer.alloc(101) }));
    expect(await codeOf(kept.read(limits()))).toBe("ERR_BODY_TOO_LARGE");
  });

  it.each([
    ["an object", { a: 1 }],
    ["text", '{"a":1}'],
    ["text in rawBody", undefined, '{"a":1}'],
  ])(
    "never turns %s back into bytes when the stream is spent",
    async (_name, body, rawBody?: string) => {
      const request = nodeRequest([bytes('{"a":1}')], { body, rawBody });
      for await (const _ of request);
      await expect(nodeBody(request, { fix: "Do this." }).read(limits())).rejects.toMatchObject({
        code: "ERR_BODY_NOT_RAW",
        message: expect.stringContaining("Do this."),
      });
    },
  );
});

describe("webBody", () => {
  it("reads a request without a body as empty", async () => {
    expect(await textOf(webBody(new Request("http://localhost", { method: "POST" })))).toBe("");
  });

  it("rejects a body that has been read before", async () => {
    const used = webRequest([bytes("x")]);
    await used.text();
    const locked = webRequest([bytes("x")]);
    locked.body?.getReader();
    for (const request of [used, locked]) {
      expect(await codeOf(webBody(request).read(limits()))).toBe("ERR_BODY_NOT_RAW");
      expect(() => webBody(request).discard()).not.toThrow();
    }
  });

  it("rejects a stream of values other than bytes", async () => {
    const body = ReadableStream.from(["text"]) as unknown as ReadableStream<Uint8Array>;
    expect(await codeOf(webBody({ body, bodyUsed: false }).read(limits()))).toBe(
      "ERR_BODY_NOT_RAW",
    );
  });

  it("discards a body by reading it to its end, without cancelling", async () => {
    let ended = () => {};
    const end = new Promise<void>((resolve) => {
      ended = resolve;
    });
    const source = async function* () {
      yield bytes("x".repeat(200));
      yield bytes("x");
      ended();
    };
    const reader = webBody(webRequest(source()));
    expect(await codeOf(reader.read(limits()))).toBe("ERR_BODY_TOO_LARGE");
    reader.discard();
    await end;
  });
});
