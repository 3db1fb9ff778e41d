import type { SyncChange } from "@jobber-sync/core/ports";
import type { Database } from "../database/database.ts";
import type { Transaction } from "../database/transaction.ts";

/** Dependencies of every operation of the outbox. */
export interface OutboxContext {
  readonly database: Database;
  /** Prepares the writes of records outside a transaction. @returns the work inside one */
  readonly prepareApply: (change: SyncChange) => (transaction: Transaction) => unknown;
  /** Returns milliseconds since 1970. */
  readonly now: () => number;
  /** Wakes every listener of this process. */
  readonly wake: () => void;
}

// SQLite uses a partial index only if a statement repeats the index's condition word for word.

/** Intents that may still run. The condition of `jobber_intents_open` and `jobber_intents_due`. */
export const OPEN = "state IN ('waiting', 'claimed', 'sent', 'uncertain')";
