import { isJobberSyncError, JobberSyncError } from "@jobber-sync/core";
import type { FetchLike } from "./fetch-like.ts";

// A page of records takes about 100 kB.
const MAX_RESPONSE_BYTES = 5 * 1024 * 1024;

/** A POST request and its time limit. */
export interface BoundedPost {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Milliseconds from the first byte sent to the last byte read. */
  readonly timeoutMs: number;
  /** The caller's signal. When it aborts, the promise rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A response whose body has been read completely. */
export interface BoundedResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/**
 * Sends a POST request and reads the response, within limits on time and size. Redirects are not
 * followed: they would send the token to another host.
 *
 * @throws {JobberSyncError} `ERR_API_TIMEOUT`, `ERR_API_NETWORK`, `ERR_API_RESPONSE`. The error
 * contains nothing of the request or response.
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
      throw new JobberSyncError(
        "ERR_API_TIMEOUT",
        `Jobber did not respond within ${timeoutMs} ms.`,
      );
    }
    throw networkError(error);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
    // Releases the connection when the body was not read to its end.
    abort.abort();
  }
}

async function readBounded(response: Response): Promise<string> {
  if (response.body === null) return "";
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Counted while reading: Content-Length is the compressed size, or missing.
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > MAX_RESPONSE_BYTES) {
      throw new JobberSyncError(
        "ERR_API_RESPONSE",
        `Jobber's response is longer than ${MAX_RESPONSE_BYTES} bytes.`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** The original error is dropped, since it may quote a header and with it the token. */
function networkError(error: unknown): JobberSyncError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (cause instanceof Error && cause.message === "unexpected redirect") {
    return new JobberSyncError(
      "ERR_API_RESPONSE",
      "Jobber responded with a redirect. Redirects are not followed.",
    );
  }
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const detail = /^[A-Z][A-Z0-9_]+$/.test(code) ? ` (${code})` : "";
  return new JobberSyncError("ERR_API_NETWORK", `The connection to Jobber failed${detail}.`);
}
