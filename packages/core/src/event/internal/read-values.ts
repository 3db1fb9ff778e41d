import { type Instant, parseInstant } from "../../records/instant.ts";
import type { EventWarning } from "../jobber-event.ts";
import type { TextData } from "./schemas.ts";

/**
 * Text that a database can hold: U+0000 and lone surrogates become U+FFFD. Blank text says as little as `null`. Absent stays absent.
 */
export function readText(value: TextData): string | null | undefined {
  if (value === undefined || value === null) return value;
  const text = String(value);
  if (text.trim() === "") return null;
  return text.toWellFormed().replaceAll("\u0000", "\uFFFD");
}

/** A time; one that is no RFC 3339 time with an offset becomes `null` with a warning. Absent stays absent. */
export function readInstant(
  value: unknown,
  path: string,
  warnings: EventWarning[],
): Instant | null | undefined {
  if (value === undefined || value === null) return value;
  const instant = typeof value === "string" ? parseInstant(value) : null;
  if (instant === null) warnings.push({ code: "unreadable_time", path });
  return instant;
}

/** A finite number, also from decimal text; anything else becomes `null` with a warning. Absent stays absent. */
export function readNumber(
  value: unknown,
  path: string,
  warnings: EventWarning[],
): number | null | undefined {
  if (value === undefined || value === null) return value;
  const number = typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  if (typeof number === "number" && Number.isFinite(number)) return number;
  warnings.push({ code: "unreadable_number", path });
  return null;
}

/** A {@link readNumber} that is a safe integer. */
export function readInteger(
  value: unknown,
  path: string,
  warnings: EventWarning[],
): number | null | undefined {
  const number = readNumber(value, path, warnings);
  if (number === undefined || number === null || Number.isSafeInteger(number)) return number;
  warnings.push({ code: "unreadable_number", path });
  return null;
}
