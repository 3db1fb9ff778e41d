import { BodyCollector, type BodyReader, bodyAborted, bodyNotRaw, bodyTimeout } from "./body-reader.ts";

/** What is used of a WHATWG `Request`. */
export interface WebRequestBody {
  readonly body: ReadableStream<Uint8Array> | null;
  readonly bodyUsed: boolean;
}

/** Reads the body of a WHATWG `Request`, whatever its Content-Type, as the bytes that came. */
export function webBody(request: WebRequestBody): BodyReader {
  return {
    async read(limits) {
      if (request.bodyUsed) {
        throw bodyNotRaw("Hand the request over before anything calls its json(), text() or arrayBuffer().");
      }
      if (request.body === null) return new Uint8Array();
      const reader = request.body.getReader();
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
      } catch (error) {
        reader.cancel().catch(() => {});
        throw error;
      } finally {
        clearTimeout(timer);
        collector.release();
      }
    },
    discard() {
      if (!request.bodyUsed) request.body?.cancel().catch(() => {});
    },
  };
}
