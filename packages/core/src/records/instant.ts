/**
 * A point in time as RFC 3339 text in UTC: `2026-01-25T10:00:00Z`, with a fraction of up to six digits only where it is not zero.
 * Years 0001 to 9999. Two equal instants are equal strings.
 */
export type Instant = string;

// The separator may be a space: RFC 3339, 5.6, allows it "for the sake of readability", and Python's str() writes it.
const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;
const MIN_MS = Date.parse("0001-01-01T00:00:00Z");
const MAX_MS = Date.parse("9999-12-31T23:59:59Z");

/**
 * Reads an RFC 3339 time with an offset. Digits beyond the microsecond are cut off, so that every store keeps the same value.
 *
 * @returns `null` when the text is anything else: no offset, no time, no such day, a leap second, a year outside 0001–9999. The host's
 * time zone is never used.
 */
export function parseInstant(text: string): Instant | null {
  const match = RFC_3339.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second, fraction, sign, offsetHour, offsetMinute] = match;
  const wall = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const wallMs = Date.parse(`${wall}Z`);
  // Date.parse refuses hour 25 but rolls 30 February over; printing it again shows the difference.
  if (Number.isNaN(wallMs) || new Date(wallMs).toISOString().slice(0, 19) !== wall) return null;
  let ms = wallMs;
  if (sign !== undefined) {
    const hours = Number(offsetHour);
    const minutes = Number(offsetMinute);
    if (hours > 23 || minutes > 59) return null;
    ms -= (sign === "-" ? -1 : 1) * (hours * 60 + minutes) * 60_000;
  }
  if (ms < MIN_MS || ms > MAX_MS) return null;
  const seconds = sign === undefined ? wall : new Date(ms).toISOString().slice(0, 19);
  const digits = fraction?.slice(0, 6).replace(/0+$/, "");
  return digits ? `${seconds}.${digits}Z` : `${seconds}Z`;
}

/** Milliseconds since 1970 as an {@link Instant}. */
export function toInstant(ms: number): Instant {
  return new Date(ms).toISOString().replace(/\.?0*Z$/, "Z");
}
