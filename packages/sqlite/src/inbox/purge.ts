import { createHash } from "node:crypto";
import { INBOX_DEFAULTS, type Inbox, PARENTS_AFTER_MS } from "@jobber-sync/core/ports";
import { emptyLog } from "../database/empty-log.ts";
import type { Transaction } from "../database/transaction.ts";
import { changeRows, MAX_ROWS } from "./change-rows.ts";
import { FAILED, type InboxContext, KEPT } from "./inbox-context.ts";
import { forgetParents } from "./parents.ts";

const FINISHED = "jobber_deliveries INDEXED BY jobber_deliveries_finished";
const OLD_FAILED = `SELECT sequence FROM ${FINISHED} WHERE ${KEPT} AND ${FAILED} AND finished_at < ? LIMIT ?`;
const OLD_DONE = `SELECT sequence FROM ${FINISHED} WHERE ${KEPT} AND state = 'done' AND finished_at < ? LIMIT ?`;
const OLD_ERASED = `SELECT sequence FROM jobber_deliveries INDEXED BY jobber_deliveries_erased
  WHERE state = 'done' AND body IS NULL AND finished_at < ? LIMIT ?`;
// A replay sets finished_at to NULL.
const DELETE =
  "DELETE FROM jobber_deliveries WHERE finished_at < ? AND sequence = ? RETURNING sequence";

const OLD_BODIES = `SELECT sequence, body FROM ${FINISHED} WHERE ${KEPT} AND state = 'done' AND finished_at < ? LIMIT ?`;
const ERASE = `UPDATE jobber_deliveries SET body = NULL, body_sha256 = ?
  WHERE sequence = ? AND body IS NOT NULL RETURNING sequence`;

/** Bodies that are read and hashed at a time. One may have 256 KiB. */
const MAX_BODIES = 64;

interface OldBody {
  readonly sequence: number;
  readonly body: Uint8Array;
}

/**
 * Creates `purge`, which follows `transitions.retention`. Works in batches, so that deliveries are
 * accepted in between.
 */
export function createPurge(context: InboxContext): Inbox["purge"] {
  const { retentionMs, doneAfterMs: doneMs } = INBOX_DEFAULTS;
  return async ({
    now = context.now(),
    bodiesAfterMs = retentionMs,
    failedAfterMs = retentionMs,
    doneAfterMs = doneMs,
    parentsAfterMs = PARENTS_AFTER_MS,
    signal,
  } = {}) => {
    let deliveries = await deleteOld(context, OLD_FAILED, now - failedAfterMs, signal);
    deliveries += await deleteOld(context, OLD_DONE, now - doneAfterMs, signal);
    deliveries += await deleteOld(context, OLD_ERASED, now - doneAfterMs, signal);
    const bodies = await eraseBodies(context, now - bodiesAfterMs, signal);
    await forgetParents(context, now - parentsAfterMs, signal);
    // Even if nothing was erased now: another process may have held the log last time.
    if (!signal?.aborted) context.database.read(emptyLog);
    return { bodies, deliveries };
  };
}

async function deleteOld(
  { database }: InboxContext,
  select: string,
  before: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  let deleted = 0;
  while (!signal?.aborted) {
    const found = database.read((connection) =>
      connection.all<{ readonly sequence: number }>(select, before, MAX_ROWS),
    );
    if (found.length === 0) break;
    const sequences = found.map(({ sequence }) => sequence);
    deleted += await database.write((transaction) =>
      changeRows(transaction, sequences, DELETE, before),
    );
  }
  return deleted;
}

/** Erases old bodies. Their hashes stay. */
async function eraseBodies(
  { database }: InboxContext,
  before: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  let erased = 0;
  while (!signal?.aborted) {
    const found = database.read((connection) =>
      connection.all<OldBody>(OLD_BODIES, before, MAX_BODIES),
    );
    if (found.length === 0) break;
    // Hashed before the write lock is taken: a delivery that is done does not change.
    const hashed = found.map(({ sequence, body }) => ({
      sequence,
      hash: createHash("sha256").update(body).digest(),
    }));
    erased += await database.write((transaction) => erase(transaction, hashed));
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
