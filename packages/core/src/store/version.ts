import type { Instant } from "../time/instant.ts";

/**
 * A position in the total order of writes: source time first, then sequence; a missing time
 * precedes every time. Versions are text that sorts bytewise, so that JavaScript's `<` and SQL's
 * `<` (binary collation) agree.
 */
export type Version = string;

/** The version of a field that was never written. Precedes the version of every write. */
export const NEVER: Version = "";

// "2026-01-25T10:00:00.000000": the longest time, to the microsecond.
const TIME_LENGTH = 26;
// Number.MAX_SAFE_INTEGER has 16 digits.
const SEQUENCE_LENGTH = 16;

/**
 * Fields that never share the version of their row, because most whole writes do not contain them:
 * deletion is ordered separately, and `extra` is only read on request.
 */
export const SEPARATE_FIELDS: readonly string[] = ["deletedAt", "extra"];

/** Returns the version of a field whose own version is not stored. */
export function implicitVersion(field: string, rowVersion: Version): Version {
  return SEPARATE_FIELDS.includes(field) ? NEVER : rowVersion;
}

/** Returns the version of a write: `(sourceUpdatedAt ?? −∞, sequence)`. */
export function encodeVersion(sourceUpdatedAt: Instant | null, sequence: number): Version {
  return `${sourceUpdatedAt === null ? "" : fixedWidth(sourceUpdatedAt)}#${String(sequence).padStart(SEQUENCE_LENGTH, "0")}`;
}

/** Returns the source time of a version; `null` if the write had none. */
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
