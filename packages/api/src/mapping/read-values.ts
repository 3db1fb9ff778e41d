import { type Instant, JobberSyncError, parseInstant } from "@jobber-sync/core";

/**
 * Text as it is stored: `null` for what is empty (Jobber gives `""` for an absent name, F3.3), U+FFFD for what no database holds.
 *
 * @throws {JobberSyncError} `ERR_API_RESPONSE` when the response has something else there
 */
export function readText(value: unknown, path: string): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value !== "string") throw unexpected(path);
  if (value.trim() === "") return null;
  return value.isWellFormed() && !value.includes("\u0000")
    ? value
    : value.toWellFormed().replaceAll("\u0000", "\uFFFD");
}

/** A time, or `null`. @throws {JobberSyncError} `ERR_API_RESPONSE` for one that cannot be read */
export function readTime(value: unknown, path: string): Instant | null {
  if (value === null || value === undefined) return null;
  const instant = typeof value === "string" ? parseInstant(value) : null;
  if (instant === null) throw unexpected(path);
  return instant;
}

// The same as for ids in webhooks: no control characters, no lone surrogates.
const STORABLE = /^[^\p{Cc}\p{Cs}]+$/u;

/** An id. @throws {JobberSyncError} `ERR_API_RESPONSE` for what is none */
export function readId(value: unknown, path: string): string {
  if (typeof value !== "string" || value.length > 255 || !STORABLE.test(value))
    throw unexpected(path);
  return value;
}

/** Whether two ids name the same thing: padded and unpadded copies of one circulate (F4). */
export function sameId(a: string, b: string): boolean {
  return a.replace(/=+$/, "") === b.replace(/=+$/, "");
}

/** A number, or `null`. @throws {JobberSyncError} `ERR_API_RESPONSE` for anything else */
export function readNumber(value: unknown, path: string): number | null {
  if (value === null || value === undefined) return null;
  if (typeof value !== "number" || !Number.isFinite(value)) throw unexpected(path);
  return value;
}

/** Yes, no or `null`. @throws {JobberSyncError} `ERR_API_RESPONSE` for anything else */
export function readFlag(value: unknown, path: string): boolean | null {
  if (value === null || value === undefined) return null;
  if (typeof value !== "boolean") throw unexpected(path);
  return value;
}

/** The time that orders writes must be there: without it a record would count as older than every other. */
export function readUpdatedAt(value: unknown, path: string): Instant {
  return readTime(value, path) ?? fail(path);
}

/** An object of the response. @throws {JobberSyncError} `ERR_API_RESPONSE` for anything else */
export function readObject<T extends object>(value: T | null | undefined, path: string): T {
  if (typeof value !== "object" || value === null) throw unexpected(path);
  return value;
}

/** Says where an response is not what was asked for; never what stood there. */
export function unexpected(path: string): JobberSyncError {
  return new JobberSyncError(
    "ERR_API_RESPONSE",
    `Jobber's response has something unexpected at ${path}. Is the API version the one this library was written for?`,
  );
}

function fail(path: string): never {
  throw unexpected(path);
}
