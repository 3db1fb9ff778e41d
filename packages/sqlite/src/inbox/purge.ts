import { createHash } from "node:crypto";
import { INBOX_DEFAULTS, type Inbox } from "@jobber-sync/core/ports";
import { emptyLog } from "../database/empty-log.ts";
import { reading } from "../database/store-error.ts";
import type { Transaction } from "../database/transaction.ts";
import { changeRows, MAX_ROWS } from "./change-rows.ts";
import { FAILED, type InboxContext, KEPT } from "./inbox-context.ts";

const ERASABLE = `SELECT sequence, body FROM jobber_deliveries INDEXED BY jobber_deliveries_finished
  WHERE ${KEPT} AND state = 'done' AND finished_at < ? LIMIT ?`;

const ERASE = `UPDATE jobber_deliveries SET body = NULL, body_sha256 = ?
  WHERE sequence = ? AND body IS NOT NULL RETURNING sequence`;

const DELETABLE = `SELECT sequence FROM jobber_deliveries INDEXED BY jobber_deliveries_finished
  WHERE ${KEPT} AND ${FAILED} AND finished_at < ? LIMIT ?`;

const DELETE = `DELETE FROM jobber_deliveries WHERE finished_at < ? AND ${FAILED} AND sequence = ? RETURNING sequence`;

/** Bodies that are read and hashed at a time. One may have 256 KiB. */
const MAX_BODIES = 64;

interface ErasableBody {
  readonly sequence: number;
  readonly body: Uint8Array;
}

/** Creates `purge`. Works in batches, so that deliveries are accepted in between. */
export function createPurge(context: InboxContext): Inbox["purge"] {
  const { retentionMs } = INBOX_DEFAULTS;
  return async ({
    now = context.now(),
    bodiesAfterMs = retentionMs,
    failedAfterMs = retentionMs,
    signal,
  } = {}) => {
    const bodies = await eraseBodies(context, now - bodiesAfterMs, signal);
    const deliveries = await deleteFailed(context, now - failedAfterMs, signal);
    // Even if nothing was erased now: another process may have held the log last time.
    if (!signal?.aborted) reading(() => emptyLog(context.connection));
    return { bodies, deliveries };
  };
}

/** Erases the bodies of deliveries that were done before `before`. Their hashes stay. */
async function eraseBodies(
  { connection, group }: InboxContext,
  before: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  let erased = 0;
  while (!signal?.aborted) {
    const found = reading(() => connection.all<ErasableBody>(ERASABLE, before, MAX_BODIES));
    if (found.length === 0) break;
    // Hashed before the write lock is taken: a delivery that is done does not change.
    const hashed = found.map(({ sequence, body }) => ({
      sequence,
      hash: createHash("sha256").update(body).digest(),
    }));
    erased += await group.write((transaction) => erase(transaction, hashed));
  }
  return erased;
}

function erase(
  transaction: Transaction,
  hashed: readonly { readonly sequence: number; readonly hash: Uint8Array }[],
): number {
  return hashed.filter(({ sequence, hash }) => transaction.get(ERASE, hash, sequence) !== undefined)
    .length;
}

/** Deletes deliveries that failed before `before`, unless they have been replayed since. */
async function deleteFailed(
  { connection, group }: InboxContext,
  before: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  let deleted = 0;
  while (!signal?.aborted) {
    const found = reading(() =>
      connection.all<{ readonly sequence: number }>(DELETABLE, before, MAX_ROWS),
    );
    if (found.length === 0) break;
    const sequences = found.map(({ sequence }) => sequence);
    deleted += await group.write((transaction) =>
      changeRows(transaction, sequences, DELETE, before),
    );
  }
  return deleted;
}
