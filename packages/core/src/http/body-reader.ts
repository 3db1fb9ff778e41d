import { JobberSyncError } from "../errors.ts";

/** What a reader has to keep to. */
export interface BodyLimits {
  /** Longest body in bytes. */
  readonly maxBytes: number;
  /** Milliseconds until the body has to be complete. */
  readonly timeoutMs: number;
  /** Shared by all requests: bytes that were read and are not yet whole. */
  readonly budget: ByteBudget;
}

/** Reads a request's body once, as the bytes that came. Made by `nodeBody` and `webBody`. */
export interface BodyReader {
  /**
   * @throws {JobberSyncError} `ERR_BODY_NOT_RAW`, `ERR_BODY_TOO_LARGE`, `ERR_BODY_TIMEOUT`, `ERR_BODY_ABORTED`, `ERR_OVERLOADED`
   */
  read(limits: BodyLimits): Promise<Uint8Array>;
  /** The request was answered without its body: takes care that what still comes is neither kept nor read for ever. */
  discard(): void;
}

/** A number of bytes that many readers share. */
export class ByteBudget {
  readonly #maxBytes: number;
  #used = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** @throws {JobberSyncError} `ERR_OVERLOADED` when the bytes are not to be had; none are taken then */
  take(bytes: number): void {
    if (this.#used + bytes > this.#maxBytes) {
      throw new JobberSyncError(
        "ERR_OVERLOADED",
        "Too many request bodies are being read at the moment. Send the delivery again.",
      );
    }
    this.#used += bytes;
  }

  release(bytes: number): void {
    this.#used -= bytes;
  }
}

/** Puts chunks together under the limits; both readers are built on it. */
export class BodyCollector {
  readonly #limits: BodyLimits;
  #buffer: Uint8Array = new Uint8Array();
  #bytes = 0;

  constructor(limits: BodyLimits) {
    this.#limits = limits;
  }

  /** @throws {JobberSyncError} `ERR_BODY_TOO_LARGE`, `ERR_OVERLOADED` */
  add(chunk: Uint8Array): void {
    const bytes = this.#bytes + chunk.byteLength;
    if (bytes > this.#limits.maxBytes) throw bodyTooLarge(this.#limits.maxBytes);
    this.#limits.budget.take(chunk.byteLength);
    if (this.#bytes === 0) {
      // Nearly every webhook comes in one chunk and is never copied.
      this.#buffer = chunk;
    } else {
      // Not a list of chunks: a sender may cut 256 KiB into chunks of one byte, and each would be an object of a hundred.
      if (bytes > this.#buffer.byteLength) this.#grow(bytes);
      this.#buffer.set(chunk, this.#bytes);
    }
    this.#bytes = bytes;
  }

  /** The body. Call {@link release} after it, as after a failure. */
  whole(): Uint8Array {
    return this.#buffer.subarray(0, this.#bytes);
  }

  release(): void {
    this.#limits.budget.release(this.#bytes);
    this.#bytes = 0;
    this.#buffer = new Uint8Array();
  }

  #grow(bytes: number): void {
    const grown = new Uint8Array(
      Math.min(Math.max(2 * this.#buffer.byteLength, bytes), this.#limits.maxBytes),
    );
    grown.set(this.#buffer);
    this.#buffer = grown;
  }
}

/**
 * Milliseconds for which a rejected sender may go on, its bytes unread, so that it gets to see its response instead of a reset connection.
 */
export const LINGER_MS = 1000;

/** The error of a body that is longer than allowed. */
export function bodyTooLarge(maxBytes: number): JobberSyncError {
  return new JobberSyncError("ERR_BODY_TOO_LARGE", `The body is larger than ${maxBytes} bytes.`);
}

// Made once: a stack says nothing about a sender, and capturing one is a tenth of what thousands of slow senders cost.
const TIMEOUT = new JobberSyncError(
  "ERR_BODY_TIMEOUT",
  "The body was not complete in time. Send the delivery again.",
);
const ABORTED = new JobberSyncError(
  "ERR_BODY_ABORTED",
  "The connection closed before the body was complete.",
);

/** The error of a body that was not complete in time. */
export function bodyTimeout(): JobberSyncError {
  return TIMEOUT;
}

/** The error of a body whose sender went away. */
export function bodyAborted(): JobberSyncError {
  return ABORTED;
}

/** The error of a body that something else has read before. `fix` says what to change in this framework. */
export function bodyNotRaw(fix: string): JobberSyncError {
  return new JobberSyncError(
    "ERR_BODY_NOT_RAW",
    `The body was consumed by a parser before the signature could be verified over its bytes, so the delivery was not accepted. ${fix}`,
  );
}
