import type { IncomingMessage } from "node:http";
import {
  BodyCollector,
  type BodyLimits,
  type BodyReader,
  bodyAborted,
  bodyNotRaw,
  bodyTimeout,
  bodyTooLarge,
  LINGER_MS,
} from "./body-reader.ts";
import { startTimeout } from "./start-timeout.ts";

/** A Node request, to which a parser may have added `body` or `rawBody`. */
export type NodeRequest = IncomingMessage & { readonly body?: unknown; readonly rawBody?: unknown };

/** Options for {@link nodeBody}. */
export interface NodeBodyOptions {
  /** Explains how to keep the bytes in the framework at hand. Part of `ERR_BODY_NOT_RAW`. */
  readonly fix?: string | undefined;
}

const DEFAULT_FIX =
  "Mount the webhook route before any body parser, or let the parser keep the received bytes in req.rawBody.";

/**
 * Creates a reader for the body of a Node request, whatever its Content-Type: `req.rawBody` or
 * `req.body` if they are bytes, else the stream. Nothing is inflated or decoded, and a parsed
 * object is never serialized again.
 */
export function nodeBody(
  req: NodeRequest,
  { fix = DEFAULT_FIX }: NodeBodyOptions = {},
): BodyReader {
  return {
    read(limits) {
      const kept = keptBytes(req);
      if (kept !== undefined) {
        return kept.byteLength > limits.maxBytes
          ? Promise.reject(bodyTooLarge(limits.maxBytes))
          : Promise.resolve(kept);
      }
      return req.readableDidRead || req.readableEnded
        ? Promise.reject(bodyNotRaw(fix))
        : readStream(req, limits);
    },
    discard() {
      if (req.complete || req.destroyed) return;
      req.resume();
      const timer = setTimeout(() => req.destroy(), LINGER_MS);
      timer.unref();
      req.once("close", () => clearTimeout(timer));
    },
  };
}

function keptBytes(req: NodeRequest): Uint8Array | undefined {
  if (req.rawBody instanceof Uint8Array) return req.rawBody;
  return req.body instanceof Uint8Array ? req.body : undefined;
}

/**
 * Reads the stream. A body of known length is complete with its last chunk, usually the first, one
 * event earlier than the stream's end.
 */
function readStream(req: IncomingMessage, limits: BodyLimits): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const collector = new BodyCollector(limits);
    const length = lengthOf(req);
    let settled = false;
    const settle = () => {
      settled = true;
      stopTimeout();
    };
    const fail = (error: unknown) => {
      if (settled) return;
      settle();
      collector.release();
      reject(error);
    };
    const complete = () => {
      if (settled) return;
      settle();
      const body = collector.whole();
      collector.release();
      resolve(body);
    };
    const onGone = () => fail(bodyAborted());
    const stopTimeout = startTimeout(limits, () => fail(bodyTimeout()));
    // Never removed: without a listener the stream would pause or an error end the process, and
    // removing four takes longer than calling one in vain.
    req.on("data", (chunk: Uint8Array) => {
      if (settled) return;
      try {
        collector.add(chunk);
      } catch (error) {
        return fail(error);
      }
      if (collector.bytes === length) complete();
    });
    req.on("error", onGone).on("close", onGone);
    if (length === null) req.on("end", complete);
  });
}

/** Returns the length that the sender promised and Node's parser enforces; `null` without one. */
function lengthOf({ headers }: IncomingMessage): number | null {
  const length = Number(headers?.["content-length"]);
  return length > 0 && headers["transfer-encoding"] === undefined ? length : null;
}
