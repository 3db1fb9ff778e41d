import {
  BodyCollector,
  type BodyReader,
  bodyAborted,
  bodyNotRaw,
  bodyTimeout,
  LINGER_MS,
} from "./body-reader.ts";

/** What is used of a WHATWG `Request`. */
export interface WebRequestBody {
  readonly body: ReadableStream<Uint8Array> | null;
  readonly bodyUsed: boolean;
}

type Reader = ReadableStreamDefaultReader<Uint8Array>;

/** Reads the body of a WHATWG `Request`, whatever its Content-Type, as the bytes that came. */
export function webBody(request: WebRequestBody): BodyReader {
  let reader: Reader | undefined;
  return {
    async read(limits) {
      if (isTaken(request)) {
        throw bodyNotRaw("Hand the request over before anything calls its json(), text() or arrayBuffer().");
      }
      if (request.body === null) return new Uint8Array();
      reader = request.body.getReader();
      const collector = new BodyCollector(limits);
      let timer: ReturnType<typeof setTimeout> | undefined;
      const timeout = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(bodyTimeout()), limits.timeoutMs);
      });
      try {
        for (;;) {
          const { done, value } = await Promise.race([
            reader.read().catch(() => Promise.reject(bodyAborted())),
            timeout,
          ]);
          if (done) return collector.whole();
          collector.add(value);
        }
      } finally {
        clearTimeout(timer);
        collector.release();
      }
    },
    discard() {
      if (reader === undefined && !isTaken(request)) reader = request.body?.getReader();
      if (reader !== undefined) void linger(reader);
    },
  };
}

function isTaken({ body, bodyUsed }: WebRequestBody): boolean {
  return bodyUsed || body?.locked === true;
}

/** Drops what still comes. Cancelling at once makes servers on Node destroy the connection before the answer is out. */
async function linger(reader: Reader): Promise<void> {
  const timer = setTimeout(() => reader.cancel().catch(() => {}), LINGER_MS);
  try {
    while (!(await reader.read()).done);
  } catch {
    // The sender went away, which is what was waited for.
  } finally {
    clearTimeout(timer);
  }
}
