import type { ContactRecord } from "../records/contact-record.ts";
import type { JobRecord } from "../records/job-record.ts";
import { writtenRecord } from "../store/written-record.ts";
import { toInstant } from "../time/instant.ts";
import type { ClaimedChange } from "./record-change.ts";

/** Names and old values of the fields that a change replaced. */
export type ReplacedValues = readonly (readonly [field: string, value: unknown])[];

/** Returns the values that a change replaced; `null` for a new record. Pure. */
export function replacedValues(
  before: JobRecord | ContactRecord | null,
  changed: readonly string[],
): ReplacedValues | null {
  if (before === null) return null;
  return changed.map((name) => [name, before[name as keyof typeof before]]);
}

/** The stored columns of a change that a claim returns. */
export interface StoredChange
  extends Pick<
    ClaimedChange,
    "sequence" | "objectType" | "tenant" | "cause" | "ref" | "initial" | "replay" | "attempts"
  > {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The record after the change. */
  readonly record: JobRecord | ContactRecord;
  readonly replaced: ReplacedValues | null;
}

/**
 * Returns a change as its handler receives it: `before` is the stored record with the replaced
 * values put back. Pure.
 */
export function claimedChange({ at, record, replaced, ...stored }: StoredChange): ClaimedChange {
  const before = replaced === null ? null : { ...record, ...Object.fromEntries(replaced) };
  const { after, changed } = writtenRecord("updated", before, record);
  // `objectType` names the type of the record.
  return { ...stored, before, after, changed, at: toInstant(at) } as ClaimedChange;
}
