import { isJobberSyncError, JobberSyncError } from "@jobber-sync/core";
import type { FetchLike } from "./fetch-like.ts";

/** Longest response in bytes. A page of records has some 100 kB. */
const MAX_ANSWER_BYTES = 5 * 1024 * 1024;

/** What to send, and how long to wait. */
export interface BoundedPost {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Milliseconds from the first byte sent to the last byte read. */
  readonly timeoutMs: number;
  /** The caller's; its reason is what the promise rejects with. */
  readonly signal?: AbortSignal | undefined;
}

/** An response, read whole. */
export interface BoundedResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/**
 * Posts and reads the response, with an end to everything: time, size, redirects (none is followed: it would carry the token to whoever is
 * named).
 *
 * @throws {JobberSyncError} `ERR_API_TIMEOUT`, `ERR_API_NETWORK`, `ERR_API_RESPONSE`; never with what was sent or received
 */
export async function boundedPost(fetch: FetchLike, post: BoundedPost): Promise<BoundedResponse> {
  const { url, headers, body, timeoutMs, signal } = post;
  signal?.throwIfAborted();
  const abort = new AbortController();
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    abort.abort();
  }, timeoutMs);
  const onAbort = (): void => abort.abort();
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    const response = await fetch(url, {
      method: "POST",
      headers,
      body,
      redirect: "error",
      signal: abort.signal,
    });
    return {
      status: response.status,
      headers: response.headers,
      text: await readBounded(response),
    };
  } catch (error) {
    if (isJobberSyncError(error)) throw error;
    signal?.throwIfAborted();
    if (timedOut) {
      throw new JobberSyncError("ERR_API_TIMEOUT", `Jobber did not answer within ${timeoutMs} ms.`);
    }
    throw networkError(error);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
    // Lets go of what is left of a body that was not read to its end.
    abort.abort();
  }
}

async function readBounded(response: Response): Promise<string> {
  if (response.body === null) return "";
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Counted as it comes: neither Content-Length nor a compressed size says how much that will be.
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > MAX_ANSWER_BYTES) {
      throw new JobberSyncError(
        "ERR_API_RESPONSE",
        `Jobber's response is longer than ${MAX_ANSWER_BYTES} bytes.`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** The error itself is left behind: it may quote a header, and the token is in one. */
function networkError(error: unknown): JobberSyncError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (cause instanceof Error && cause.message === "unexpected redirect") {
    return new JobberSyncError(
      "ERR_API_RESPONSE",
      "The API answered with a redirect, which is never followed.",
    );
  }
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const detail = /^[A-Z][A-Z0-9_]+$/.test(code) ? ` (${code})` : "";
  return new JobberSyncError("ERR_API_NETWORK", `The connection to Jobber failed${detail}.`);
}
