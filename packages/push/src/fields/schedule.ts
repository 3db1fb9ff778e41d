import type { SameValue } from "./same-value.ts";

/** The times of a visit as Jobber has them: UTC, or `null` for an unscheduled visit. */
export interface Schedule {
  readonly start: string | null;
  readonly end: string | null;
  readonly allDay: boolean;
}

/** The times of a visit as a caller sets them. */
export interface LocalSchedule {
  /** Local time, `2026-07-01T09:00`, or a date for the whole day. */
  readonly start: string;
  /** Local time, or a date for the whole day. */
  readonly end: string;
  /** IANA time zone of both, such as `America/Chicago`. */
  readonly timeZone: string;
}

const LOCAL = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)(?::(\d\d))?)?$/;

/** The input that Jobber takes for a local time. */
export interface LocalDateTime {
  readonly date: string;
  readonly time?: string;
  readonly timezone: string;
}

/** Converts a local time. @throws {TypeError} for anything else, and for unknown time zones */
export function localDateTime(text: string, timeZone: string): LocalDateTime {
  const match = LOCAL.exec(text);
  if (match === null || Number.isNaN(toUtcMs(text, timeZone)))
    throw new TypeError(
      `A visit's time must be local, such as "2026-07-01T09:00", or a date such as "2026-07-01".`,
    );
  const [, date = "", minutes, seconds = "00"] = match;
  const timezone = timeZone;
  return minutes === undefined
    ? { date, timezone }
    : { date, time: `${minutes}:${seconds}`, timezone };
}

/** Checks the times of a visit. @throws {TypeError} */
export function checkSchedule({ start, end, timeZone }: LocalSchedule): void {
  localDateTime(start, timeZone);
  localDateTime(end, timeZone);
  if (isDate(start) !== isDate(end))
    throw new TypeError("start and end must both be times, or both be dates.");
  if (toUtcMs(end, timeZone) < toUtcMs(start, timeZone))
    throw new TypeError("A visit cannot end before it starts.");
}

/** Compares times: equal instants, or equal local days for a whole day. */
export const sameSchedule: SameValue = (a, b) => {
  const [left, right] = [a as Schedule | LocalSchedule, b as Schedule | LocalSchedule];
  const zone = zoneOf(left) ?? zoneOf(right);
  return key(left, zone) === key(right, zone);
};

function key(value: Schedule | LocalSchedule | null | undefined, zone: string | null): string {
  if (value === null || value === undefined || value.start === null) return "unscheduled";
  const whole = "timeZone" in value ? isDate(value.start) : value.allDay;
  const times = [value.start, value.end].map((time) => {
    if (time === null) return "";
    const ms = "timeZone" in value ? toUtcMs(time, value.timeZone) : Date.parse(time);
    return whole ? localDate(ms, zone ?? "UTC") : String(ms);
  });
  // Jobber may return a whole day as ending on its last instant, or not at all.
  return whole ? `day ${times[0]} ${times[1] || times[0]}` : times.join(" ");
}

function zoneOf(value: Schedule | LocalSchedule | null | undefined): string | null {
  return value !== null && value !== undefined && "timeZone" in value ? value.timeZone : null;
}

function isDate(text: string): boolean {
  return !text.includes("T");
}

function toUtcMs(local: string, timeZone: string): number {
  const wanted = Date.parse(isDate(local) ? `${local}T00:00:00Z` : `${local}Z`);
  if (Number.isNaN(wanted)) return wanted;
  // Twice, because the offset at the first guess may be that of the other side of a clock change.
  const guess = wanted - offsetAt(wanted, timeZone);
  return wanted - offsetAt(guess, timeZone);
}

function offsetAt(ms: number, timeZone: string): number {
  const parts = partsAt(ms, timeZone);
  const { year, month, day, hour, minute, second } = parts;
  return (
    Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`) -
    Math.floor(ms / 1000) * 1000
  );
}

function localDate(ms: number, timeZone: string): string {
  const { year, month, day } = partsAt(ms, timeZone);
  return `${year}-${month}-${day}`;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** @throws {TypeError} for an unknown time zone */
function partsAt(ms: number, timeZone: string): Readonly<Record<string, string>> {
  let format = formats.get(timeZone);
  if (format === undefined) {
    const two = "2-digit";
    try {
      format = new Intl.DateTimeFormat("en-CA", {
        ...{ timeZone, hourCycle: "h23", year: "numeric", month: two, day: two },
        ...{ hour: two, minute: two, second: two },
      } as Intl.DateTimeFormatOptions);
    } catch {
      throw new TypeError("timeZone must be an IANA time zone, such as America/Chicago.");
    }
    formats.set(timeZone, format);
  }
  return Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, value]));
}
