import type { ReconcileContext } from "./reconcile-context.ts";
import type { RecordType } from "./reconcile-report.ts";
import { fetchRecord, type ReadRecord } from "./record-type.ts";
import { reasonOf } from "./request-page.ts";
import { isFault, withFaultRetry } from "./with-fault-retry.ts";

/** Returns the record, `null` when Jobber has none, or the reason why it cannot be read. */
export async function fetchReadable(
  context: ReconcileContext,
  type: RecordType,
  id: string,
): Promise<ReadRecord | string | null> {
  try {
    return await withFaultRetry(context, () => fetchRecord(context, type, id));
  } catch (error) {
    if (!isFault(error)) throw error;
    return reasonOf(error);
  }
}
