import { randomUUID } from "node:crypto";
import type { Intent } from "@jobber-sync/core";
import { intentTransitions, type Outbox, transitions } from "@jobber-sync/core/ports";
import type { Connection } from "../database/connection.ts";
import { wholeMs } from "../inbox/inbox-context.ts";
import { extendLane, readLane, takeLane } from "../inbox/lanes.ts";
import {
  INTENT_COLUMNS,
  type IntentColumns,
  readIntent,
  toIntent,
  writeIntent,
} from "./intent-rows.ts";
import { findLinks } from "./links.ts";
import { OPEN, type OutboxContext } from "./outbox-context.ts";

const LANE = `SELECT sequence, state, due_at AS "dueAt", delay_ms AS "delayMs", creates, ref, matches
  FROM jobber_intents INDEXED BY jobber_intents_open
  WHERE tenant = ? AND object_type = ? AND lane = ? AND ${OPEN} ORDER BY sequence`;
const TAKE = "UPDATE jobber_intents SET state = 'claimed', claim_id = ? WHERE sequence = ?";
const POSTPONE = "UPDATE jobber_intents SET due_at = ?, delay_ms = ? WHERE sequence = ?";
const LAST = `SELECT ${INTENT_COLUMNS} FROM jobber_intents
  WHERE tenant = ? AND object_type = ? AND object_id = ? AND state = 'done' AND reason = 'sent'
  ORDER BY finished_at DESC LIMIT 1`;

type LaneRow = Omit<intentTransitions.LaneIntent, "creates" | "matches"> & {
  readonly creates: number;
  readonly matches: string;
};

/** Creates `claim`, which follows `takeIntents`. */
export function createClaim({ database }: OutboxContext): Outbox["claim"] {
  return ({ tenant, objectType, objectId }, { leaseMs, now, limit = Number.POSITIVE_INFINITY }) => {
    const object = { tenant, objectType, objectId };
    const key = [tenant, objectType, objectId];
    const id = randomUUID();
    return database.write((transaction) => {
      if (transitions.isLaneHeld(readLane(transaction, object), now)) return null;
      const open = transaction.all<LaneRow>(LANE, ...key).map((row) => ({
        ...row,
        creates: row.creates === 1,
        matches: JSON.parse(row.matches) as readonly string[],
      }));
      const { taken, postponed } = intentTransitions.takeIntents(open, now, limit);
      for (const { sequence, dueAt } of postponed)
        transaction.run(POSTPONE, wholeMs(dueAt), wholeMs(dueAt - now), sequence);
      if (taken.length === 0) return null;
      takeLane(transaction, object, { claimId: id, until: now + leaseMs, leaseMs });
      for (const sequence of taken) transaction.run(TAKE, id, sequence);
      const intents = taken.flatMap((sequence) => readIntent(transaction, sequence) ?? []);
      const names = intents.flatMap(({ dependsOn }) => dependsOn);
      const links = findLinks(transaction, tenant, names);
      return { id, object, claimedAt: now, intents, links, last: readLast(transaction, key) };
    });
  };
}

function readLast(connection: Connection, key: readonly string[]): Intent | null {
  const row = connection.get<IntentColumns>(LAST, ...key);
  return row === undefined ? null : toIntent(row);
}

/** Creates `extend`. */
export function createExtend({ database }: OutboxContext): Outbox["extend"] {
  return ({ id, object }, { leaseMs, now }) => {
    const lane = { claimId: id, until: now + leaseMs, leaseMs };
    return database.write((transaction) => extendLane(transaction, object, lane));
  };
}

/** Creates `markSent`. It is on disk when the promise resolves. */
export function createMarkSent({ database, now: clock }: OutboxContext): Outbox["markSent"] {
  return ({ id, object }, sequence, { now = clock() }) =>
    database.write((transaction) => {
      const lane = readLane(transaction, object);
      const intent = readIntent(transaction, sequence);
      if (intent?.claimId !== id || lane?.claimId !== id || !transitions.isLaneHeld(lane, now))
        return false;
      writeIntent(transaction, intentTransitions.sentIntent(intent, now), "sent", now);
      return true;
    });
}
