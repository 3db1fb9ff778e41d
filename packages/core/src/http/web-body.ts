import {
  BodyCollector,
  type BodyLimits,
  type BodyReader,
  bodyAborted,
  bodyNotRaw,
  bodyTimeout,
  LINGER_MS,
} from "./body-reader.ts";
import { startTimeout } from "./start-timeout.ts";

/** The part of a WHATWG `Request` that {@link webBody} reads. */
export interface WebRequestBody {
  readonly body: ReadableStream<Uint8Array> | null;
  readonly bodyUsed: boolean;
}

type Reader = ReadableStreamDefaultReader<Uint8Array>;

const FIX = "Pass the request on before anything calls its json(), text() or arrayBuffer().";

/** Creates a reader for the body of a WHATWG `Request`, whatever its Content-Type. */
export function webBody(request: WebRequestBody): BodyReader {
  let reader: Reader | undefined;
  return {
    async read(limits) {
      if (isTaken(request)) throw bodyNotRaw(FIX);
      if (request.body === null) return new Uint8Array();
      reader = request.body.getReader();
      const body = await readStream(reader, limits);
      // The body is complete, so `discard` has nothing to do.
      reader = undefined;
      return body;
    },
    discard() {
      if (reader === undefined && !isTaken(request)) reader = request.body?.getReader();
      if (reader !== undefined) void linger(reader);
    },
  };
}

function readStream(reader: Reader, limits: BodyLimits): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const collector = new BodyCollector(limits);
    let settled = false;
    const settle = (how: () => void) => {
      settled = true;
      stopTimeout();
      how();
      collector.release();
    };
    const stopTimeout = startTimeout(limits, () => settle(() => reject(bodyTimeout())));
    const onRead = ({ done, value }: Awaited<ReturnType<Reader["read"]>>) => {
      if (settled) return;
      if (done) return settle(() => resolve(collector.whole()));
      try {
        if (!(value instanceof Uint8Array)) throw bodyNotRaw(FIX);
        collector.add(value);
      } catch (error) {
        return settle(() => reject(error));
      }
      readNext();
    };
    const onGone = () => {
      if (!settled) settle(() => reject(bodyAborted()));
    };
    // Racing each read with one time-out would add a reaction to its promise per chunk.
    const readNext = () => void reader.read().then(onRead, onGone);
    readNext();
  });
}

function isTaken({ body, bodyUsed }: WebRequestBody): boolean {
  return bodyUsed || body?.locked === true;
}

/**
 * Drops the rest of a body. Cancelling at once would make servers on Node destroy the connection
 * before the response is sent.
 */
async function linger(reader: Reader): Promise<void> {
  const timer = setTimeout(() => reader.cancel().catch(() => {}), LINGER_MS);
  try {
    while (!(await reader.read()).done);
  } catch {
    // The sender disconnected.
  } finally {
    clearTimeout(timer);
  }
}
