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
 * The registers of deletion, each ordered by sequence alone:
 * - `deletedAt`: final. Set by a delete, cleared by a write that revives.
 * - `missingAt`: inferred. Set by a delete that was inferred, cleared by a write that saw the
 *   record.
 *
 * A record's `deletedAt` is the time in the first that is set. Their times are part of their
 * versions, so that they need no columns.
 */
export const DELETION_REGISTERS = ["deletedAt", "missingAt"] as const;

/**
 * Fields that never share the version of their row, because most whole writes do not contain them:
 * the registers of deletion, and `extra`, which is only read on request.
 */
export const SEPARATE_FIELDS: readonly string[] = [...DELETION_REGISTERS, "extra"];

// "#" and 16 digits, before the "@" of a tombstone.
const TOMBSTONE_TIME_AT = 1 + SEQUENCE_LENGTH + 1;

/** Returns the version of a register: with a time it is set, with `null` cleared. */
export function encodeTombstone(sequence: number, deletedAt: Instant | null): Version {
  return `${encodeVersion(null, sequence)}${deletedAt === null ? "" : `@${deletedAt}`}`;
}

/** A version that follows every other one: no write replaces a field that has it. */
export const SEALED: Version = "~";

/** Returns the version of a register that is set for good. */
export function sealedTombstone(deletedAt: Instant): Version {
  return `${SEALED.padEnd(TOMBSTONE_TIME_AT, SEALED)}${deletedAt}`;
}

/** Returns the time of deletion that the registers of a row amount to; `null` if it exists. */
export function deletionTime(
  fieldVersions: Readonly<Record<string, Version>> | null,
): Instant | null {
  for (const register of DELETION_REGISTERS) {
    const time = fieldVersions?.[register]?.slice(TOMBSTONE_TIME_AT) ?? "";
    if (time !== "") return time;
  }
  return null;
}

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
