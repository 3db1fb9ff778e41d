import type { Instant } from "../time/instant.ts";

/**
 * A place in the one total order of writes: source time first, sequence second, a missing time before every time. It is text that
 * sorts by its bytes, so that JavaScript's `<` and SQL's `<` (binary collation) agree with each other.
 */
export type Version = string;

/** Before every version of a write: the version of a field that nobody has written. */
export const NEVER: Version = "";

// "2026-01-25T10:00:00.000000": the longest time, to the microsecond.
const TIME_LENGTH = 26;
// Number.MAX_SAFE_INTEGER has 16 digits.
const SEQUENCE_LENGTH = 16;

/** The version of a write: `(sourceUpdatedAt ?? −∞, sequence)`. */
export function encodeVersion(sourceUpdatedAt: Instant | null, sequence: number): Version {
  return `${sourceUpdatedAt === null ? "" : fixedWidth(sourceUpdatedAt)}#${String(sequence).padStart(SEQUENCE_LENGTH, "0")}`;
}

/** The source time inside a version; `null` when the write had none. */
export function versionTime(version: Version): Instant | null {
  if (version.length <= TIME_LENGTH) return null;
  const seconds = version.slice(0, 19);
  const fraction = version.slice(20, TIME_LENGTH).replace(/0+$/, "");
  return fraction === "" ? `${seconds}Z` : `${seconds}.${fraction}Z`;
}

function fixedWidth(instant: Instant): string {
  const seconds = instant.slice(0, 19);
  const fraction = instant.slice(20, -1);
  return `${seconds}.${fraction.padEnd(6, "0")}`;
}
