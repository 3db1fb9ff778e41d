import type { Instant } from "../time/instant.ts";
import { NEVER, type Version, versionTime } from "./version.ts";

/** What a write did to a record. */
export type WriteOutcome =
  /** There was no row. */
  | "inserted"
  /** At least one field has another value now. */
  | "updated"
  /** Nothing changed but the version: the same content again. */
  | "unchanged"
  /** A newer write was there first, and this one had nothing that it lacked. */
  | "stale";

/** A record as a store keeps it: its fields, and which write each of them comes from. */
export interface VersionedRow<R extends { readonly sourceUpdatedAt: Instant | null }> {
  readonly record: R;
  /** The newest write of the whole record. */
  readonly version: Version;
  /**
   * Fields that come from another write than {@link version}: an older one, a newer one (a fill), or none yet (`""`). `null` when there
   * are none. `deletedAt` is ordered on its own and stands here when it was ever written.
   */
  readonly fieldVersions: Readonly<Record<string, Version>> | null;
}

/** What a store has to do. */
export interface WriteDecision<R extends { readonly sourceUpdatedAt: Instant | null }> {
  readonly outcome: WriteOutcome;
  /** The row to store in place of the old one; `null` when nothing is to be written. */
  readonly row: VersionedRow<R> | null;
}

/**
 * The rule every store obeys: of two writes of a field the one with the higher version stays.
 *
 * For whole records that is "replaced when `stored version <= incoming version`". Fields are compared one by one so that it also holds for
 * writes that carry only some fields: whatever the order in which the same writes are applied, and however often, the same row results.
 *
 * Pure. A store calls it inside the write: between reading `stored` under a lock and storing `row`, nobody else may write the row.
 *
 * @param stored the row as it is, `undefined` when there is none
 * @param incoming a row from {@link planChange}
 */
export function decideWrite<R extends { readonly sourceUpdatedAt: Instant | null }>(
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
  for (const field of Object.keys(incoming.record) as (keyof R & string)[]) {
    if (field === "sourceUpdatedAt") continue;
    const before = fieldVersion(stored, field);
    const offered = fieldVersion(incoming, field);
    const taken = before <= offered;
    const value = (taken ? incoming : stored).record[field];
    const now = taken ? offered : before;
    record[field] = value;
    if (value !== stored.record[field]) changed = true;
    if (now !== before) moved = true;
    if (now !== (field === "deletedAt" ? NEVER : version)) {
      fieldVersions[field] = now;
      exceptions = true;
    }
  }
  record.sourceUpdatedAt = versionTime(version);
  const outcome = changed ? "updated" : incomingIsOlder(stored, incoming) ? "stale" : "unchanged";
  // A write at the very same place may bring other content: a redrive after its mapping was mended.
  if (!moved && !changed) return { outcome, row: null };
  // Every key of R was copied above: rows of one table have the same keys.
  return {
    outcome,
    row: {
      record: record as unknown as R,
      version,
      fieldVersions: exceptions ? fieldVersions : null,
    },
  };
}

type Versions = Pick<
  VersionedRow<{ readonly sourceUpdatedAt: Instant | null }>,
  "version" | "fieldVersions"
>;

/** Whole-record writes say nothing about deletion, so `deletedAt` never shares the row's version. */
function fieldVersion(row: Versions, field: string): Version {
  return row.fieldVersions?.[field] ?? (field === "deletedAt" ? NEVER : row.version);
}

/** A fill or a tombstone has no version of its own as a record; what it brings is compared field by field. */
function incomingIsOlder(stored: Versions, incoming: Versions): boolean {
  if (incoming.version !== NEVER) return incoming.version < stored.version;
  return Object.entries(incoming.fieldVersions ?? {}).some(
    ([field, version]) => version < fieldVersion(stored, field),
  );
}
