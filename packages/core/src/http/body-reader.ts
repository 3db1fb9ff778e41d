import { JobberSyncError } from "../errors.ts";

/** Limits for reading one body. */
export interface BodyLimits {
  /** Size of the largest body, in bytes. */
  readonly maxBytes: number;
  /** Milliseconds until the body must be complete. */
  readonly timeoutMs: number;
  /**
   * Sets the function to call when the body must be complete, or removes it with `null`. Saves the
   * reader a timer of its own: all requests of a receiver share one.
   */
  readonly onTimeout?: ((listener: (() => void) | null) => void) | undefined;
  /** Counts the bytes of all unfinished bodies. */
  readonly budget: ByteBudget;
}

/** Reads the body of a request once, as the bytes received. Created by `nodeBody` and `webBody`. */
export interface BodyReader {
  /**
   * Reads the whole body.
   *
   * @throws {JobberSyncError} `ERR_BODY_NOT_RAW`, `ERR_BODY_TOO_LARGE`, `ERR_BODY_TIMEOUT`,
   * `ERR_BODY_ABORTED`, `ERR_OVERLOADED`
   */
  read(limits: BodyLimits): Promise<Uint8Array>;
  /**
   * Drops the body of a request that was rejected early. What still arrives is not kept, and the
   * sender is disconnected after a second.
   */
  discard(): void;
}

/** A number of bytes that all requests share. */
export class ByteBudget {
  readonly #maxBytes: number;
  #used = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** @throws {JobberSyncError} `ERR_OVERLOADED` if too few bytes are left; none are taken then */
  take(bytes: number): void {
    if (this.#used + bytes > this.#maxBytes) {
      throw new JobberSyncError(
        "ERR_OVERLOADED",
        "Too many request bodies are being read at the moment. Send the delivery again.",
      );
    }
    this.#used += bytes;
  }

  /** Returns bytes taken with {@link take}. */
  release(bytes: number): void {
    this.#used -= bytes;
  }
}

/** Joins chunks to a body within the limits. */
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
      // Nearly every webhook arrives in one chunk, which is never copied.
      this.#buffer = chunk;
    } else {
      // Not a list of chunks: 256 KiB in chunks of one byte would become 262,144 objects.
      if (bytes > this.#buffer.byteLength) this.#grow(bytes);
      this.#buffer.set(chunk, this.#bytes);
    }
    this.#bytes = bytes;
  }

  /** Number of bytes so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Returns the body. Call {@link release} afterwards, also after a failure. */
  whole(): Uint8Array {
    return this.#buffer.byteLength === this.#bytes
      ? this.#buffer
      : this.#buffer.subarray(0, this.#bytes);
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
 * Milliseconds for which a rejected sender may continue to send, so that it receives the response
 * instead of a reset connection.
 */
export const LINGER_MS = 1000;

/** Returns the error for a body that is too large. */
export function bodyTooLarge(maxBytes: number): JobberSyncError {
  return new JobberSyncError("ERR_BODY_TOO_LARGE", `The body is larger than ${maxBytes} bytes.`);
}

// Created once: the stack carries no information, and capturing one per request costs a tenth of
// the CPU time when thousands of senders are slow.
const TIMEOUT = new JobberSyncError(
  "ERR_BODY_TIMEOUT",
  "The body was not complete in time. Send the delivery again.",
);
const ABORTED = new JobberSyncError(
  "ERR_BODY_ABORTED",
  "The connection closed before the body was complete.",
);

/** Returns the error for a body that was not complete in time. */
export function bodyTimeout(): JobberSyncError {
  return TIMEOUT;
}

/** Returns the error for a body whose sender disconnected. */
export function bodyAborted(): JobberSyncError {
  return ABORTED;
}

/**
 * Returns the error for a body that a parser has read before.
 *
 * @param fix the change that the framework needs
 */
export function bodyNotRaw(fix: string): JobberSyncError {
  return new JobberSyncError(
    "ERR_BODY_NOT_RAW",
    `The body was consumed by a parser before the signature could be verified over its bytes, so the delivery was not accepted. ${fix}`,
  );
}
