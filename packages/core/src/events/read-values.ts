import { type Instant, parseInstant } from "../time/instant.ts";
import { canonicalId } from "./canonical-id.ts";
import type { EventWarning } from "./jobber-event.ts";

// Each reader returns `undefined` for an absent value and for an unreadable one, with a warning.
// The stored value is then kept, whereas `null` would clear it. The path of a value is passed in
// two parts and joined only for a warning: most bodies have none.

/** An object whose members have not been checked. */
export type Unchecked = Readonly<Record<string, unknown>>;

/** Returns whether a value is an object, but not an array. */
export function isObject(value: unknown): value is Unchecked {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const MAX_LENGTH = 255;
// Nearly every id and topic. The general expression takes five times as long.
const PRINTABLE = /^[ -~]+$/;
// No control characters (Cc) and no lone surrogates (Cs), which no database stores.
const STORABLE = /^[^\p{Cc}\p{Cs}]+$/u;

/** Returns whether a value is text of 1 to 255 characters that every database stores. */
export function isStorable(value: unknown): value is string {
  return (
    typeof value === "string" &&
    (value.length <= MAX_LENGTH || fits(value)) &&
    (PRINTABLE.test(value) || STORABLE.test(value))
  );
}

/** Counts characters beyond the basic plane once, as schemas and databases do. */
function fits(text: string): boolean {
  return text.length <= 2 * MAX_LENGTH && [...text].length <= MAX_LENGTH;
}

/**
 * Returns an id of 1 to 255 characters, or a safe integer as text: the largest integers that
 * JSON.parse keeps exactly.
 */
export function readId(value: unknown): string | undefined {
  if (typeof value === "number") return Number.isSafeInteger(value) ? String(value) : undefined;
  return isStorable(value) ? canonicalId(value) : undefined;
}

/**
 * Returns text that a database can hold: U+FFFD replaces U+0000 and lone surrogates. Blank text
 * becomes `null`. Integers become text, because automations send phone numbers and postal codes so.
 */
export function readText(
  value: unknown,
  parent: string,
  key: string,
  warnings: EventWarning[],
): string | null | undefined {
  if (value === undefined || value === null) return value;
  if (typeof value !== "string") {
    if (Number.isSafeInteger(value)) return String(value);
    warnings.push({ code: "unreadable_text", path: parent + key });
    return undefined;
  }
  if (!beginsVisibly(value) && value.trim() === "") return null;
  return value.isWellFormed() && !value.includes("\u0000")
    ? value
    : value.toWellFormed().replaceAll("\u0000", "\uFFFD");
}

/** Returns whether the first character is printable ASCII, so that the text is not blank. */
function beginsVisibly(text: string): boolean {
  const first = text.charCodeAt(0);
  return first > 0x20 && first < 0x7f;
}

/** Returns an RFC 3339 time with an offset. */
export function readInstant(
  value: unknown,
  parent: string,
  key: string,
  warnings: EventWarning[],
): Instant | null | undefined {
  if (value === undefined || value === null) return value;
  const instant = typeof value === "string" ? parseInstant(value) : null;
  if (instant !== null) return instant;
  warnings.push({ code: "unreadable_time", path: parent + key });
  return undefined;
}

/** Returns a finite number, also from decimal text. */
export function readNumber(
  value: unknown,
  parent: string,
  key: string,
  warnings: EventWarning[],
): number | null | undefined {
  if (value === undefined || value === null) return value;
  const number = typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  if (typeof number === "number" && Number.isFinite(number)) return number;
  warnings.push({ code: "unreadable_number", path: parent + key });
  return undefined;
}

/** Returns a safe integer, also from decimal text. */
export function readInteger(
  value: unknown,
  parent: string,
  key: string,
  warnings: EventWarning[],
): number | null | undefined {
  const number = readNumber(value, parent, key, warnings);
  if (number === undefined || number === null || Number.isSafeInteger(number)) return number;
  warnings.push({ code: "unreadable_number", path: parent + key });
  return undefined;
}
