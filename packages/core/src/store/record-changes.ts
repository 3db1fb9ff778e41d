import type { ChangeOrigin, UnnumberedChange } from "../changes/record-change.ts";
import type { ContactRecord } from "../records/contact-record.ts";
import type { JobRecord } from "../records/job-record.ts";
import { writtenRecord } from "./written-record.ts";

/** A result of `apply` for a record of either type. */
interface AnyWritten {
  readonly before: JobRecord | ContactRecord | null;
  readonly after: JobRecord | ContactRecord;
  readonly changed: readonly string[];
}

/**
 * Returns the change that a write has made: none if no value moved. A new record is a change even
 * if none of its fields has a value. Pure.
 */
export function changeOf(
  { before, after, changed }: AnyWritten,
  { cause = "webhook", ref = null }: ChangeOrigin,
): readonly UnnumberedChange[] {
  if (before !== null && changed.length === 0) return [];
  return [
    {
      before,
      after,
      changed: changed as UnnumberedChange["changed"],
      cause,
      ref,
      initial: false,
    },
  ];
}

/** Returns the change by which `ChangeFeed.initial` emits a stored record. Pure. */
export function initialChange(record: JobRecord | ContactRecord): UnnumberedChange {
  const [change] = changeOf(writtenRecord("inserted", null, record), { cause: "reconcile" });
  return { ...(change as UnnumberedChange), initial: true };
}
