import type { ChangeFeed } from "@jobber-sync/core/ports";
import { initialChange } from "@jobber-sync/core/ports";
import type { Transaction } from "../database/transaction.ts";
import { wholeMs } from "../inbox/inbox-context.ts";
import {
  type AnyRecord,
  CONTACTS,
  createRecordTable,
  JOBS,
  type RecordTable,
} from "../store/record-table.ts";
import type { FeedContext } from "./feed-context.ts";
import { writeChanges } from "./write-changes.ts";

/** Records per transaction, so that other writes run in between. */
const MAX_RECORDS = 256;

const contacts = createRecordTable(CONTACTS);
const jobs = createRecordTable(JOBS);

/** Creates `initial`. A record that is written between two batches is emitted as it is then. */
export function createInitial({ database, now: clock, wake }: FeedContext): ChangeFeed["initial"] {
  return async (tenant, { now = clock() } = {}) => {
    const at = wholeMs(now);
    return (await emitAll(contacts, tenant, at)) + (await emitAll(jobs, tenant, at));
  };

  async function emitAll<R extends AnyRecord>(
    table: RecordTable<R>,
    tenant: string,
    now: number,
  ): Promise<number> {
    let emitted = 0;
    let afterId: string | undefined;
    for (;;) {
      const page = { limit: MAX_RECORDS, afterId };
      const emit = (transaction: Transaction) => {
        const records = table.list(transaction, tenant, page);
        writeChanges(transaction, records.map(initialChange), now);
        return records;
      };
      const records = await database.write(emit, { onCommit: wake });
      emitted += records.length;
      const last = records.at(-1);
      if (last === undefined) return emitted;
      afterId = table.idOf(last);
    }
  }
}
