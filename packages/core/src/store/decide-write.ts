import { sameValue } from "../records/extra.ts";
import type { Instant } from "../time/instant.ts";
import {
  DELETION_REGISTERS,
  deletionTime,
  implicitVersion,
  NEVER,
  type Version,
  versionTime,
} from "./version.ts";

/** Effect of a write on a record. */
export type WriteOutcome =
  /** The record is new. */
  | "inserted"
  /** At least one field has a new value. */
  | "updated"
  /** Same content; at most the version moved. */
  | "unchanged"
  /** Newer data is stored, and the write adds nothing to it. */
  | "stale";

/** The fields that every record has. */
export interface AnyRecord {
  readonly sourceUpdatedAt: Instant | null;
  readonly deletedAt: Instant | null;
}

/** A stored record: its fields, and the write that each of them comes from. */
export interface VersionedRow<R extends AnyRecord> {
  readonly record: R;
  /** Version of the newest write of the whole record. */
  readonly version: Version;
  /**
   * Versions of the fields that come from another write than {@link version}: an older one, a newer
   * one (a fill), or none yet (`""`). `null` if there are none. Contains the `SEPARATE_FIELDS` that
   * were written: also `missingAt`, which is no field of the record.
   */
  readonly fieldVersions: Readonly<Record<string, Version>> | null;
}

/** Instruction for a store. */
export interface WriteDecision<R extends AnyRecord> {
  readonly outcome: WriteOutcome;
  /** The row that replaces the stored one; `null` if nothing must be written. */
  readonly row: VersionedRow<R> | null;
}

/**
 * Decides a write: of two writes of a field the one with the higher version wins, the incoming one
 * if they are equal. Fields are compared one by one, because a write need not contain all of them.
 * The result is the same for every order of the same writes, however often they are applied.
 *
 * Pure. Every store calls it inside the write: between reading `stored` under a lock and storing
 * `row`, no other writer may change the row.
 *
 * @param stored the stored row; `undefined` if there is none
 * @param incoming a row from {@link planChange}
 */
export function decideWrite<R extends AnyRecord>(
  stored: VersionedRow<R> | undefined,
  incoming: VersionedRow<R>,
): WriteDecision<R> {
  if (stored === undefined) return { outcome: "inserted", row: incoming };
  const version = stored.version <= incoming.version ? incoming.version : stored.version;
  const record: Record<string, unknown> = {};
  const fieldVersions: Record<string, Version> = {};
  let changed = false;
  let moved = version !== stored.version;
  let exceptions = false;
  for (const field of fieldsOf(incoming)) {
    const before = fieldVersion(stored, field);
    const offered = fieldVersion(incoming, field);
    const taken = before <= offered;
    const value = (taken ? incoming : stored).record[field];
    const now = taken ? offered : before;
    record[field] = value;
    if (!sameValue(value, stored.record[field])) changed = true;
    if (now !== before) moved = true;
    if (now !== implicitVersion(field, version)) {
      fieldVersions[field] = now;
      exceptions = true;
    }
  }
  for (const register of DELETION_REGISTERS) {
    const before = fieldVersion(stored, register);
    const offered = fieldVersion(incoming, register);
    const now = before <= offered ? offered : before;
    if (now !== before) moved = true;
    if (now === NEVER) continue;
    fieldVersions[register] = now;
    exceptions = true;
  }
  record.sourceUpdatedAt = versionTime(version);
  record.deletedAt = deletionTime(fieldVersions);
  if (record.deletedAt !== stored.record.deletedAt) changed = true;
  const outcome = changed ? "updated" : incomingIsOlder(stored, incoming) ? "stale" : "unchanged";
  // A write at the same position can have other content: a redrive after its mapping was fixed.
  if (!moved && !changed) return { outcome, row: null };
  // Every key of R was copied above, because rows of one table have the same keys.
  return {
    outcome,
    row: {
      record: record as unknown as R,
      version,
      fieldVersions: exceptions ? fieldVersions : null,
    },
  };
}

/** The fields that have a version as their value does. */
function fieldsOf<R extends object>({ record }: { readonly record: R }): (keyof R & string)[] {
  const names = Object.keys(record) as (keyof R & string)[];
  return names.filter((name) => name !== "sourceUpdatedAt" && name !== "deletedAt");
}

type Versions = Pick<VersionedRow<AnyRecord>, "version" | "fieldVersions">;

function fieldVersion(row: Versions, field: string): Version {
  return row.fieldVersions?.[field] ?? implicitVersion(field, row.version);
}

/** Fills and tombstones have no version as a record, so their fields are compared one by one. */
function incomingIsOlder(stored: Versions, incoming: Versions): boolean {
  if (incoming.version !== NEVER) return incoming.version < stored.version;
  return Object.entries(incoming.fieldVersions ?? {}).some(
    ([field, version]) => version < fieldVersion(stored, field),
  );
}
