import { toInstant } from "@jobber-sync/core";
import type { ReconcileContext } from "./reconcile-context.ts";
import type { RecordType } from "./reconcile-report.ts";
import { readStored } from "./record-type.ts";
import type { SeenIds } from "./seen-ids.ts";

/** The stored records of one type that do not match what a full walk has listed. */
export interface Differences {
  readonly type: RecordType;
  /** Stored, but not listed by Jobber. */
  readonly missing: readonly string[];
  /** Stored as deleted, but listed by Jobber. */
  readonly resurrected: readonly string[];
  /** Stored records, tombstones excluded. */
  readonly stored: number;
}

const STORED_PAGE = 1000;

/**
 * Compares the stored records of one type with the ids that a walk has seen. Records created in
 * Jobber after the walk began are not compared: the walk may have passed their place in the list.
 *
 * @param walkStartedAt Jobber's clock when the walk began
 */
export async function findDifferences(
  context: ReconcileContext,
  type: RecordType,
  { seen, walkStartedAt }: { readonly seen: SeenIds; readonly walkStartedAt: number },
): Promise<Differences> {
  const missing: string[] = [];
  const resurrected: string[] = [];
  const newerThan = toInstant(walkStartedAt);
  let stored = 0;
  for (let afterId = ""; ; ) {
    const rows = await readStored(context, type, { limit: STORED_PAGE, afterId });
    for (const { id, row } of rows) {
      const isSeen = seen.has(id);
      if (row.deletedAt !== null) {
        if (isSeen) resurrected.push(id);
        continue;
      }
      stored += 1;
      if (!isSeen && !isLater(row.sourceCreatedAt, newerThan)) missing.push(id);
    }
    if (rows.length < STORED_PAGE) return { type, missing, resurrected, stored };
    afterId = rows.at(-1)?.id ?? afterId;
  }
}

function isLater(time: string | null, than: string): boolean {
  return time !== null && Date.parse(time) > Date.parse(than);
}
