/** Formats a phone number as Jobber shows North American ones; leaves others as they are. */
export function formatPhone(number: string): string {
  const digits = number.replace(/\D/g, "");
  const national = digits.length === 11 && digits.startsWith("1") ? digits.slice(1) : digits;
  if (national.length === 10)
    return `(${national.slice(0, 3)}) ${national.slice(3, 6)}-${national.slice(6)}`;
  if (national.length === 7) return `${national.slice(0, 3)}-${national.slice(3)}`;
  return number.trim();
}

/** Returns the number in E.164, or `null` for one without an area code. */
export function normalizePhone(number: string): string | null {
  const digits = number.replace(/\D/g, "");
  if (number.trim().startsWith("+")) return `+${digits}`;
  if (digits.length === 10) return `+1${digits}`;
  return digits.length === 11 && digits.startsWith("1") ? `+${digits}` : null;
}

/** Trims text; blank text is no text. */
export function cleanText(text: string | null | undefined): string | null {
  const trimmed = text?.trim() ?? "";
  return trimmed === "" ? null : trimmed;
}

/** A local time, as mutations take it. */
export interface LocalTime {
  readonly date: string;
  /** `null` or absent: the whole day. */
  readonly time?: string | null;
  readonly timezone: string;
}

/**
 * Converts a local time to UTC, in whole seconds.
 *
 * @throws {RangeError} for a date, time or time zone that does not exist
 */
export function toUtc({ date, time, timezone }: LocalTime): string {
  const wanted = Date.parse(`${date}T${time ?? "00:00:00"}Z`);
  if (Number.isNaN(wanted)) throw new RangeError("invalid date");
  // Twice, because the offset at the first guess may be that of the other side of a clock change.
  const guess = wanted - offsetAt(wanted, timezone);
  return `${new Date(wanted - offsetAt(guess, timezone)).toISOString().slice(0, 19)}Z`;
}

function offsetAt(ms: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  const parts = Object.fromEntries(
    format.formatToParts(ms).map(({ type, value }) => [type, value]),
  );
  const local = `${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}:${parts.second}Z`;
  return Date.parse(local) - Math.floor(ms / 1000) * 1000;
}
