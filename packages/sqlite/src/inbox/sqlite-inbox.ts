import { type Inbox, listenByPolling } from "@jobber-sync/core";
import type { Connection } from "../connection/connection.ts";
import type { GroupCommit } from "../connection/group-commit.ts";
import { reading } from "../connection/store-error.ts";
import type { Transaction } from "../connection/transaction.ts";
import { acceptDelivery } from "./accept-delivery.ts";
import { claimObject, extendClaim } from "./claim-object.ts";
import { deliveryBody, dueObjects, listDeliveries, listSequences } from "./find-deliveries.ts";
import { deleteFailed, eraseBodies } from "./purge-deliveries.ts";
import { reserveFetch } from "./reserve-fetch.ts";
import { REPLAYABLE_STATES } from "./row-states.ts";
import { settleClaim } from "./settle-claim.ts";
import { replayDeliveries, resumeDeliveries } from "./wake-deliveries.ts";

/** How the inbox looks for work. */
export interface SqliteInboxOptions {
  /** Milliseconds between looks for what no wake-up of this process tells of. */
  readonly pollMs: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Ends all listening: the database is being closed. */
  readonly closing: AbortSignal;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** Rows in one transaction of the operations that may touch very many: deliveries go on being accepted in between. */
const MAX_ROWS = 256;

/** The inbox side of the database. */
export function createSqliteInbox(
  connection: Connection,
  group: GroupCommit,
  { pollMs, now: clock, closing }: SqliteInboxOptions,
): Inbox {
  const wakes = new Set<() => void>();
  const wake = () => {
    for (const listener of wakes) listener();
  };

  return {
    async accept(delivery) {
      const accepted = await group.write(acceptDelivery(delivery), { oneStatement: true });
      wake();
      return accepted;
    },

    async claim(object, options) {
      return group.write(claimObject(object, options), { oneStatement: true });
    },

    async extend(claim, options) {
      return group.write(extendClaim(claim, options));
    },

    async settle(claim, settlements) {
      await group.write(settleClaim(claim, settlements, clock()));
      wake();
    },

    listen(run, options) {
      return listenByPolling(this, run, {
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

    async due({ now, limit }) {
      return reading(() => dueObjects(connection, now, limit));
    },

    async list(filter) {
      return reading(() => listDeliveries(connection, filter));
    },

    async body(sequence) {
      return reading(() => deliveryBody(connection, sequence));
    },

    async replay(filter, now = clock()) {
      const states = (filter.states ?? ["quarantined", "unresolved"]).filter((state) =>
        REPLAYABLE_STATES.includes(state),
      );
      const sequences = reading(() => listSequences(connection, { ...filter, states }));
      let replayed = 0;
      for (let from = 0; from < sequences.length; from += MAX_ROWS) {
        replayed += await group.write(replayDeliveries(sequences.slice(from, from + MAX_ROWS), now));
        wake();
      }
      return replayed;
    },

    async resume(clientSlug, now = clock()) {
      return repeat(() => resumeDeliveries(clientSlug, now, MAX_ROWS));
    },

    async reserveFetch(clientSlug, options) {
      return group.write(reserveFetch(clientSlug, options));
    },

    async purge({ now = clock(), bodiesAfterMs = 30 * DAY_MS, failedAfterMs = 30 * DAY_MS } = {}) {
      return {
        bodies: await repeat(() => eraseBodies(now - bodiesAfterMs, MAX_ROWS)),
        deliveries: await repeat(() => deleteFailed(now - failedAfterMs, MAX_ROWS)),
      };
    },
  };

  /** Does the same until less than a full portion is left. @returns how many rows in all */
  async function repeat(portion: () => (transaction: Transaction) => number): Promise<number> {
    let rows = 0;
    for (;;) {
      const done = await group.write(portion());
      rows += done;
      wake();
      if (done < MAX_ROWS) return rows;
    }
  }
}
