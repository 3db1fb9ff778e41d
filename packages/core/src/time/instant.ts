/**
 * A point in time as RFC 3339 text in UTC: `2026-01-25T10:00:00Z`, with a fraction of up to six
 * digits if it is not zero. Years 0001 to 9999. Equal instants are equal strings.
 */
export type Instant = string;

// The separator may be a space: RFC 3339, section 5.6, allows it, and Python's str() writes it.
const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;
const SECONDS_END = "2026-01-25T10:00:00".length;
const MAX_FRACTION_DIGITS = 6;
const MINUTES_A_DAY = 24 * 60;

/**
 * Parses an RFC 3339 time with an offset. Digits beyond the microsecond are cut off, so that every
 * store keeps the same value. Never uses the host's time zone.
 *
 * @returns `null` for anything else: no offset, no time, a day that does not exist, a leap second,
 * a year outside 0001 to 9999
 */
export function parseInstant(text: string): Instant | null {
  if (!RFC_3339.test(text)) return null;
  // By position: capture groups would take a sixth of the time to parse a body with three times.
  const hour = twoDigitsAt(text, 11);
  const minute = twoDigitsAt(text, 14);
  if (hour > 23 || minute > 59 || twoDigitsAt(text, 17) > 59 || !isDay(text)) return null;
  const date = text.slice(0, 10);
  const end = text.slice(16, SECONDS_END) + fractionOf(text);
  const sign = text.at(-6);
  if (sign !== "+" && sign !== "-")
    return date.startsWith("0000") ? null : `${date}T${text.slice(11, 16)}${end}`;
  const offsetHour = twoDigitsAt(text, text.length - 5);
  const offsetMinute = twoDigitsAt(text, text.length - 2);
  if (offsetHour > 23 || offsetMinute > 59) return null;
  const offset = offsetHour * 60 + offsetMinute;
  const minutes = hour * 60 + minute - (sign === "-" ? -offset : offset);
  const shifted = minutes >= 0 && minutes < MINUTES_A_DAY ? date : nextOrPreviousDay(date, minutes);
  if (shifted === null || shifted.startsWith("0000")) return null;
  const ofDay = (minutes + MINUTES_A_DAY) % MINUTES_A_DAY;
  return `${shifted}T${twoDigits(Math.floor(ofDay / 60))}:${twoDigits(ofDay % 60)}${end}`;
}

/** Returns the fraction as printed, with the `Z`. */
function fractionOf(text: string): string {
  if (text[SECONDS_END] !== ".") return "Z";
  const digits = (/\d+/.exec(text.slice(SECONDS_END))?.[0] ?? "")
    .slice(0, MAX_FRACTION_DIGITS)
    .replace(/0+$/, "");
  return digits === "" ? "Z" : `.${digits}Z`;
}

function twoDigitsAt(text: string, index: number): number {
  return (text.charCodeAt(index) - 48) * 10 + text.charCodeAt(index + 1) - 48;
}

/**
 * Returns the day `minutes` after the start of `date`; `null` if its year does not have four
 * digits.
 */
function nextOrPreviousDay(date: string, minutes: number): string | null {
  const printed = new Date(Date.parse(`${date}T00:00:00Z`) + minutes * 60_000).toISOString();
  return printed.length === "2026-01-25T10:00:00.000Z".length ? printed.slice(0, 10) : null;
}

function twoDigits(number: number): string {
  return number < 10 ? `0${number}` : String(number);
}

/** Returns whether the day exists: Date would turn 30 February into 1 March. */
function isDay(text: string): boolean {
  const day = twoDigitsAt(text, 8);
  if (day < 1) return false;
  const month = twoDigitsAt(text, 5);
  if (month !== 2)
    return (
      month >= 1 &&
      month <= 12 &&
      day <= (month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31)
    );
  const year = twoDigitsAt(text, 0) * 100 + twoDigitsAt(text, 2);
  return day <= (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28);
}

/** Converts milliseconds since 1970 to an {@link Instant}. */
export function toInstant(ms: number): Instant {
  return new Date(ms).toISOString().replace(/\.?0*Z$/, "Z");
}

/**
 * Returns the earlier of `instant` and `latest`. A source time in the future would make every later
 * change of its record look old.
 *
 * @param latest milliseconds since 1970
 */
export function clampInstant(instant: Instant, latest: number): Instant {
  return Date.parse(instant) > latest ? toInstant(latest) : instant;
}
