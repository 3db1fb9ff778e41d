import { type Instant, JobberSyncError, parseInstant } from "@jobber-sync/core";

/**
 * Returns text as it is stored: `null` for blank text (Jobber sends `""` for an absent name), and
 * U+FFFD in place of NUL and lone surrogates, which databases reject.
 *
 * @throws {JobberSyncError} `ERR_API_RESPONSE` for a value that is not text
 */
export function readText(value: unknown, path: string): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value !== "string") throw unexpected(path);
  if (value.trim() === "") return null;
  return value.isWellFormed() && !value.includes("\u0000")
    ? value
    : value.toWellFormed().replaceAll("\u0000", "\uFFFD");
}

/**
 * Returns a time, or `null` for an absent one.
 *
 * @throws {JobberSyncError} `ERR_API_RESPONSE` for a time that cannot be parsed
 */
export function readTime(value: unknown, path: string): Instant | null {
  if (value === null || value === undefined) return null;
  const instant = typeof value === "string" ? parseInstant(value) : null;
  if (instant === null) throw unexpected(path);
  return instant;
}

// As for ids in webhooks: no control characters, no lone surrogates.
const STORABLE = /^[^\p{Cc}\p{Cs}]+$/u;

/** Returns an id. @throws {JobberSyncError} `ERR_API_RESPONSE` for anything else */
export function readId(value: unknown, path: string): string {
  if (typeof value !== "string" || value.length > 255 || !STORABLE.test(value))
    throw unexpected(path);
  return value;
}

/** Returns an id, or `null` for an absent one. @throws {JobberSyncError} `ERR_API_RESPONSE` */
export function readOptionalId(value: unknown, path: string): string | null {
  return value === null || value === undefined ? null : readId(value, path);
}

/**
 * Compares two ids without base64 padding, since padded and unpadded copies of one id circulate
 * (docs/jobber-facts.md#encoded-ids).
 */
export function sameId(a: string, b: string): boolean {
  return a.replace(/=+$/, "") === b.replace(/=+$/, "");
}

/**
 * Returns a number, or `null` for an absent one.
 *
 * @throws {JobberSyncError} `ERR_API_RESPONSE` for anything else
 */
export function readNumber(value: unknown, path: string): number | null {
  if (value === null || value === undefined) return null;
  if (typeof value !== "number" || !Number.isFinite(value)) throw unexpected(path);
  return value;
}

/**
 * Returns a boolean, or `null` for an absent one.
 *
 * @throws {JobberSyncError} `ERR_API_RESPONSE` for anything else
 */
export function readFlag(value: unknown, path: string): boolean | null {
  if (value === null || value === undefined) return null;
  if (typeof value !== "boolean") throw unexpected(path);
  return value;
}

/** Returns the time that orders writes. It is required: without it a record would never win. */
export function readUpdatedAt(value: unknown, path: string): Instant {
  return readTime(value, path) ?? fail(path);
}

/**
 * Returns an object of the response.
 *
 * @throws {JobberSyncError} `ERR_API_RESPONSE` for anything else
 */
export function readObject<T extends object>(value: T | null | undefined, path: string): T {
  if (typeof value !== "object" || value === null) throw unexpected(path);
  return value;
}

/** Creates the error for an unexpected value. It names the path, never the value. */
export function unexpected(path: string): JobberSyncError {
  return new JobberSyncError(
    "ERR_API_RESPONSE",
    `Jobber's response has an unexpected value at ${path}. Check that the API version is the one this package was written for.`,
  );
}

function fail(path: string): never {
  throw unexpected(path);
}
