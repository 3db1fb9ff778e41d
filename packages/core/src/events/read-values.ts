import { type Instant, parseInstant } from "../time/instant.ts";
import { canonicalId } from "./canonical-id.ts";
import type { EventWarning } from "./jobber-event.ts";

// Each reader returns `undefined` for an absent value and for an unreadable one, with a warning.
// The stored value is then kept, whereas `null` would clear it.

/** An object whose members have not been checked. */
export type Unchecked = Readonly<Record<string, unknown>>;

/** Returns whether a value is an object, but not an array. */
export function isObject(value: unknown): value is Unchecked {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// No control characters (Cc) and no lone surrogates (Cs), which no database stores.
const STORABLE_ID = /^[^\p{Cc}\p{Cs}]{1,255}$/u;

/**
 * Returns an id of 1 to 255 characters, or a safe integer as text: the largest integers that
 * JSON.parse keeps exactly.
 */
export function readId(value: unknown): string | undefined {
  if (typeof value === "number") return Number.isSafeInteger(value) ? String(value) : undefined;
  if (typeof value !== "string" || value.length > 255) return undefined;
  return STORABLE_ID.test(value) ? canonicalId(value) : undefined;
}

/**
 * Returns text that a database can hold: U+FFFD replaces U+0000 and lone surrogates. Blank text
 * becomes `null`. Integers become text, because automations send phone numbers and postal codes so.
 */
export function readText(
  value: unknown,
  path: string,
  warnings: EventWarning[],
): string | null | undefined {
  if (value === undefined || value === null) return value;
  if (typeof value !== "string") {
    if (Number.isSafeInteger(value)) return String(value);
    warnings.push({ code: "unreadable_text", path });
    return undefined;
  }
  if (value.trim() === "") return null;
  return value.isWellFormed() && !value.includes("\u0000")
    ? value
    : value.toWellFormed().replaceAll("\u0000", "\uFFFD");
}

/** Returns an RFC 3339 time with an offset. */
export function readInstant(
  value: unknown,
  path: string,
  warnings: EventWarning[],
): Instant | null | undefined {
  if (value === undefined || value === null) return value;
  const instant = typeof value === "string" ? parseInstant(value) : null;
  if (instant !== null) return instant;
  warnings.push({ code: "unreadable_time", path });
  return undefined;
}

/** Returns a finite number, also from decimal text. */
export function readNumber(
  value: unknown,
  path: string,
  warnings: EventWarning[],
): number | null | undefined {
  if (value === undefined || value === null) return value;
  const number = typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  if (typeof number === "number" && Number.isFinite(number)) return number;
  warnings.push({ code: "unreadable_number", path });
  return undefined;
}

/** Returns a safe integer, also from decimal text. */
export function readInteger(
  value: unknown,
  path: string,
  warnings: EventWarning[],
): number | null | undefined {
  const number = readNumber(value, path, warnings);
  if (number === undefined || number === null || Number.isSafeInteger(number)) return number;
  warnings.push({ code: "unreadable_number", path });
  return undefined;
}
