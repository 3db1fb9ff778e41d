import { type Instant, parseInstant } from "../time/instant.ts";
import type { EventWarning } from "./jobber-event.ts";
import type { TextData } from "./schemas.ts";

/**
 * Text that a database can hold: U+0000 and lone surrogates become U+FFFD. Blank text says as little as `null`.
 */
export function readText(value: NonNullable<TextData> | null): string | null {
  if (value === null) return null;
  const text = String(value);
  if (text.trim() === "") return null;
  return text.isWellFormed() && !text.includes("\u0000")
    ? text
    : text.toWellFormed().replaceAll("\u0000", "\uFFFD");
}

/** A time; one that is no RFC 3339 time with an offset becomes `null` with a warning. */
export function readInstant(
  value: unknown,
  path: string,
  warnings: EventWarning[],
): Instant | null {
  if (value === null) return null;
  const instant = typeof value === "string" ? parseInstant(value) : null;
  if (instant === null) warnings.push({ code: "unreadable_time", path });
  return instant;
}

/** A finite number, also from decimal text; anything else becomes `null` with a warning. */
export function readNumber(value: unknown, path: string, warnings: EventWarning[]): number | null {
  if (value === null) return null;
  const number = typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  if (typeof number === "number" && Number.isFinite(number)) return number;
  warnings.push({ code: "unreadable_number", path });
  return null;
}

/** A {@link readNumber} that is a safe integer. */
export function readInteger(value: unknown, path: string, warnings: EventWarning[]): number | null {
  const number = readNumber(value, path, warnings);
  if (number === null || Number.isSafeInteger(number)) return number;
  warnings.push({ code: "unreadable_number", path });
  return null;
}
