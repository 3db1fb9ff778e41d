/**
 * A point in time as RFC 3339 text in UTC: `2026-01-25T10:00:00Z`, with a fraction of up to six
 * digits if it is not zero. Years 0001 to 9999. Equal instants are equal strings.
 */
export type Instant = string;

const TIME_START = "2026-01-25T".length;
const SECONDS_END = "2026-01-25T10:00:00".length;
const INSTANT_LENGTH = "2026-01-25T10:00:00Z".length;
const MAX_FRACTION_DIGITS = 6;
const MINUTES_A_DAY = 24 * 60;
/** More than any number of two digits. */
const NO_NUMBER = 100;
const TWO_DIGITS = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, "0"));

/**
 * Parses an RFC 3339 time with an offset. Digits beyond the microsecond are cut off, so that every
 * store keeps the same value. Never uses the host's time zone.
 *
 * @returns `null` for anything else: no offset, no time, a day that does not exist, a leap second,
 * a year outside 0001 to 9999
 */
export function parseInstant(text: string): Instant | null {
  // By position: a regular expression takes twice as long, and a snapshot has three times.
  if (!isDateTime(text)) return null;
  const zone = zoneStart(text);
  const offset = offsetAt(text, zone);
  if (offset === null) return null;
  // Jobber's usual spelling is already an Instant.
  if (
    zone === SECONDS_END &&
    text.length === INSTANT_LENGTH &&
    text[10] === "T" &&
    text[19] === "Z"
  )
    return isYear(text) ? text : null;
  const minutes = twoDigitsAt(text, 11) * 60 + twoDigitsAt(text, 14) - offset;
  const date = text.slice(0, TIME_START - 1);
  const shifted = minutes >= 0 && minutes < MINUTES_A_DAY ? date : nextOrPreviousDay(date, minutes);
  if (shifted === null || !isYear(shifted)) return null;
  const ofDay = (minutes + MINUTES_A_DAY) % MINUTES_A_DAY;
  const time = `${TWO_DIGITS[Math.floor(ofDay / 60)]}:${TWO_DIGITS[ofDay % 60]}`;
  return `${shifted}T${time}${text.slice(16, SECONDS_END)}${fractionOf(text, zone)}Z`;
}

/** Returns whether the text begins with a day that exists and a time. */
function isDateTime(text: string): boolean {
  return (
    isDay(text) &&
    // RFC 3339, section 5.6, allows a space, and Python's str() writes it.
    (text[10] === "T" || text[10] === "t" || text[10] === " ") &&
    twoDigitsAt(text, TIME_START) < 24 &&
    text[13] === ":" &&
    twoDigitsAt(text, 14) < 60 &&
    text[16] === ":" &&
    twoDigitsAt(text, 17) < 60
  );
}

/** Returns where the fraction ends, which need not exist. */
function zoneStart(text: string): number {
  let index = SECONDS_END;
  if (text[index] !== ".") return index;
  do index += 1;
  while (isDigit(text.charCodeAt(index)));
  // A point without digits is no fraction.
  return index === SECONDS_END + 1 ? SECONDS_END : index;
}

/** Returns the minutes before UTC of the offset at the end; `null` if there is none. */
function offsetAt(text: string, zone: number): number | null {
  const sign = text[zone];
  if (sign === "Z" || sign === "z") return text.length === zone + 1 ? 0 : null;
  if ((sign !== "+" && sign !== "-") || text.length !== zone + 6 || text[zone + 3] !== ":")
    return null;
  const hour = twoDigitsAt(text, zone + 1);
  const minute = twoDigitsAt(text, zone + 4);
  if (hour > 23 || minute > 59) return null;
  return (hour * 60 + minute) * (sign === "-" ? -1 : 1);
}

/** Returns the fraction as stored, with its point; empty if it is zero. */
function fractionOf(text: string, zone: number): string {
  if (zone === SECONDS_END) return "";
  const end = Math.min(zone, SECONDS_END + 1 + MAX_FRACTION_DIGITS);
  return text.slice(SECONDS_END, end).replace(/\.?0+$/, "");
}

/** Returns a number of two digits; {@link NO_NUMBER} if there are none. */
function twoDigitsAt(text: string, index: number): number {
  const tens = text.charCodeAt(index);
  const units = text.charCodeAt(index + 1);
  return isDigit(tens) && isDigit(units) ? tens * 10 + units - 11 * ZERO : NO_NUMBER;
}

const ZERO = 48;

function isDigit(code: number): boolean {
  return code >= ZERO && code <= ZERO + 9;
}

/**
 * Returns the day `minutes` after the start of `date`; `null` if its year does not have four
 * digits.
 */
function nextOrPreviousDay(date: string, minutes: number): string | null {
  const printed = new Date(Date.parse(`${date}T00:00:00Z`) + minutes * 60_000).toISOString();
  return printed.length === "2026-01-25T10:00:00.000Z".length ? printed.slice(0, 10) : null;
}

function isYear(text: string): boolean {
  return !text.startsWith("0000");
}

/** Returns whether the text begins with a day that exists: Date turns 30 February into 1 March. */
function isDay(text: string): boolean {
  const century = twoDigitsAt(text, 0);
  const ofCentury = twoDigitsAt(text, 2);
  const month = twoDigitsAt(text, 5);
  const day = twoDigitsAt(text, 8);
  if (century > 99 || ofCentury > 99 || text[4] !== "-" || text[7] !== "-" || day < 1) return false;
  if (month !== 2)
    return (
      month >= 1 &&
      month <= 12 &&
      day <= (month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31)
    );
  const year = century * 100 + ofCentury;
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
 * @param precisionMs of the clock that `latest` was read from: times before its next tick stay
 */
export function clampInstant(instant: Instant, latest: number, precisionMs = 1): Instant {
  return Date.parse(instant) >= latest + precisionMs ? toInstant(latest) : instant;
}
