import type { SyncChange } from "@jobber-sync/core/ports";
import type { SqlClient } from "../database/sql-pool.ts";
import { type Run, runTransaction } from "../database/transaction.ts";
import { type InboxContext, nowValue } from "../inbox/inbox-context.ts";

/** Dependencies of every operation of the outbox. */
export interface OutboxContext extends InboxContext {
  /** Writes records in an open transaction. */
  readonly applyIn: (run: Run, change: SyncChange) => Promise<unknown>;
  /** Called once written records are committed. */
  readonly onApplied: () => void;
  /** Wakes every listener of this process. */
  readonly wake: () => void;
}

/** An open transaction, and the times in it. */
export interface OutboxTransaction {
  readonly run: Run;
  readonly client: SqlClient;
  /** The outbox's clock. Milliseconds since 1970. */
  readonly now: number;
  /** Lead of the outbox's clock over the caller's. Milliseconds. */
  readonly offset: number;
}

/** Intents that may still run. The condition of `jobber_intents_open`. */
export const OPEN = "state IN ('waiting', 'claimed', 'sent', 'uncertain')";

/**
 * Runs `work` in a transaction. Times of the caller are converted to the outbox's clock, because
 * the clocks of machines differ.
 *
 * @param given the caller's time. Milliseconds since 1970
 */
export function transact<T>(
  context: OutboxContext,
  given: number,
  work: (transaction: OutboxTransaction) => Promise<T>,
): Promise<T> {
  return runTransaction(context.pool, async (run, client) =>
    work(await openTransaction(context, run, client, given)),
  );
}

/** Reads the clock of an open transaction. */
export async function openTransaction(
  context: OutboxContext,
  run: Run,
  client: SqlClient,
  given: number,
): Promise<OutboxTransaction> {
  const fixed = nowValue(context, given);
  if (fixed !== null) return { run, client, now: fixed, offset: 0 };
  const [now = given] = await run<number>(
    "SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::text AS json",
    [],
  );
  return { run, client, now, offset: now - given };
}
