import type { IncomingIntent, Outbox } from "@jobber-sync/core/ports";
import type { Database } from "../database/database.ts";
import { createListen } from "../inbox/listen.ts";
import { createClaim, createExtend, createMarkSent } from "./claim.ts";
import { createDecisions } from "./decide.ts";
import { createDue } from "./due.ts";
import { createLinks } from "./links.ts";
import { createListing } from "./list.ts";
import type { OutboxContext } from "./outbox-context.ts";
import { createPut, type PreparedStatement, prepareIntent } from "./put.ts";
import { createSettle } from "./settle.ts";

/** Options of {@link createOutbox}. */
export interface OutboxOptions {
  readonly database: Database;
  readonly prepareApply: OutboxContext["prepareApply"];
  /** Time between looks for work that nothing in this process announced. Milliseconds. */
  readonly pollMs: number;
  /** Returns milliseconds since 1970. */
  readonly now: () => number;
  /** Ends all listening when the database closes. */
  readonly closing: AbortSignal;
}

/** An outbox on SQLite. */
export interface SqliteOutbox extends Outbox {
  /**
   * Returns the statements that store an intent, to run in order in a transaction of yours on the
   * same file: the intent exists once it commits, and never if it rolls back. A key that belongs to
   * another content makes one of them fail.
   */
  prepare(intent: IncomingIntent): readonly PreparedStatement[];
}

/** Creates the outbox of a database. */
export function createOutbox({
  database,
  prepareApply,
  pollMs,
  now,
  closing,
}: OutboxOptions): SqliteOutbox {
  const wakes = new Set<() => void>();
  const wake = () => {
    for (const listener of wakes) listener();
  };
  const context: OutboxContext = { database, prepareApply, now, wake };
  const due = createDue(context);
  return {
    put: createPut(context),
    prepare: prepareIntent,
    claim: createClaim(context),
    extend: createExtend(context),
    markSent: createMarkSent(context),
    settle: createSettle(context),
    listen: createListen({ due, pollMs, now, wakes, closing }),
    due,
    ...createListing(context),
    ...createLinks(context),
    ...createDecisions(context),
  };
}
