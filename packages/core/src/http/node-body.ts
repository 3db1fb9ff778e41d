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

function readStream(req: IncomingMessage, limits: BodyLimits): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const collector = new BodyCollector(limits);
    const timer = setTimeout(() => settle(() => reject(bodyTimeout())), limits.timeoutMs);
    const onData = (chunk: Uint8Array) => {
      try {
        collector.add(chunk);
      } catch (error) {
        settle(() => reject(error));
      }
    };
    const onEnd = () => settle(() => resolve(collector.whole()));
    const onGone = () => settle(() => reject(bodyAborted()));
    const settle = (how: () => void) => {
      clearTimeout(timer);
      req.off("data", onData).off("end", onEnd).off("error", onGone).off("close", onGone);
      // The connection may still fail later, and an error without a listener would end the process.
      req.on("error", () => {});
      how();
      collector.release();
    };
    req.on("data", onData).on("end", onEnd).on("error", onGone).on("close", onGone);
  });
}
