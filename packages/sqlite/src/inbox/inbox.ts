import type { DeliveryFilter } from "@jobber-sync/core";
import {
  INBOX_DEFAULTS,
  type Inbox,
  listenByPolling,
  replayedStates,
} from "@jobber-sync/core/ports";
import type { Connection } from "../database/connection.ts";
import { emptyLog } from "../database/empty-log.ts";
import type { GroupCommit } from "../database/group-commit.ts";
import { reading } from "../database/store-error.ts";
import type { Transaction } from "../database/transaction.ts";
import { acceptDelivery } from "./accept.ts";
import { acquireSlot } from "./acquire-slot.ts";
import { claimObject, extendClaim } from "./claim.ts";
import { dueObjects } from "./due.ts";
import { deliveryBody, listDeliveries, listSequences } from "./list.ts";
import { deletableDeliveries, deleteDeliveries, erasableBodies, eraseBodies } from "./purge.ts";
import { replayDeliveries } from "./replay.ts";
import { noteResume, resumeDeliveries } from "./resume.ts";
import { settleClaim } from "./settle.ts";

/** How the inbox looks for work. */
export interface SqliteInboxOptions {
  /** Milliseconds between looks for what no wake-up of this process tells of. */
  readonly pollMs: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Ends all listening: the database is being closed. */
  readonly closing: AbortSignal;
}

/** Rows in one transaction of the operations that may touch very many: deliveries go on being accepted in between. */
const MAX_ROWS = 256;
/** Bodies that are read and hashed in one go: one may have 256 KiB. */
const MAX_BODIES = 64;

/** The inbox side of the database. */
export function createSqliteInbox(
  connection: Connection,
  group: GroupCommit,
  { pollMs, now: clock, closing }: SqliteInboxOptions,
): Inbox {
  const wakes = new Set<() => void>();
  const onCommit = () => {
    for (const wake of wakes) wake();
  };
  const accepting = { oneStatement: true, onCommit };

  const inbox: Inbox = {
    accept: (delivery) => group.write(acceptDelivery(delivery), accepting),

    claim: (object, options) => group.write(claimObject(object, options), { oneStatement: true }),

    extend: (claim, options) => group.write(extendClaim(claim, options), { oneStatement: true }),

    settle: (claim, settlements) =>
      group.write(settleClaim(claim, settlements, clock()), { onCommit }),

    listen(run, options) {
      return listenByPolling(inbox, run, {
        ...options,
        signal: AbortSignal.any([options.signal, closing]),
        now: clock,
        pollMs,
        onWake(listener) {
          wakes.add(listener);
          return () => wakes.delete(listener);
        },
      });
    },

    async due(options) {
      return reading(() => dueObjects(connection, options));
    },

    async list(filter) {
      return reading(() => listDeliveries(connection, filter));
    },

    async body(sequence) {
      return reading(() => deliveryBody(connection, sequence));
    },

    async replay(filter, { now = clock() } = {}) {
      const replayed = { ...filter, states: replayedStates(filter) };
      return inBatches(replayed, (sequences) => replayDeliveries(sequences, now));
    },

    async resume(tenant, { now = clock() } = {}) {
      await group.write(noteResume(tenant, now), { oneStatement: true });
      const paused: DeliveryFilter = { tenant, states: ["paused"] };
      return inBatches(paused, (sequences) => resumeDeliveries(sequences, now));
    },

    acquireSlot: (tenant, options) =>
      group.write(acquireSlot(tenant, options), { oneStatement: true }),

    async purge({
      now = clock(),
      bodiesAfterMs = INBOX_DEFAULTS.retentionMs,
      failedAfterMs = INBOX_DEFAULTS.retentionMs,
      signal,
    } = {}) {
      let bodies = 0;
      let deliveries = 0;
      while (!signal?.aborted) {
        const found = reading(() => erasableBodies(connection, now - bodiesAfterMs, MAX_BODIES));
        if (found.length === 0) break;
        bodies += await group.write(eraseBodies(found));
      }
      while (!signal?.aborted) {
        const found = reading(() => deletableDeliveries(connection, now - failedAfterMs, MAX_ROWS));
        if (found.length === 0) break;
        deliveries += await group.write(deleteDeliveries(found, now - failedAfterMs));
      }
      // Also when nothing was erased now: the last time somebody may have been in the way.
      if (!signal?.aborted) reading(() => emptyLog(connection));
      return { bodies, deliveries };
    },
  };
  return inbox;

  /** Sets what a filter chooses waiting, batch by batch, and wakes it. @returns how many rows in all */
  async function inBatches(
    filter: DeliveryFilter,
    batch: (sequences: readonly number[]) => (transaction: Transaction) => number,
  ): Promise<number> {
    let changed = 0;
    let after = 0;
    let left = filter.limit ?? Number.POSITIVE_INFINITY;
    for (;;) {
      const limit = Math.min(left, MAX_ROWS);
      const sequences = reading(() => listSequences(connection, filter, { after, limit }));
      const last = sequences.at(-1);
      if (last === undefined) return changed;
      changed += await group.write(batch(sequences), { onCommit });
      after = last;
      left -= sequences.length;
    }
  }
}
