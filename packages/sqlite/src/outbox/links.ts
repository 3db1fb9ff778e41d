import type { ObjectLink, ObjectName } from "@jobber-sync/core";
import type { Outbox } from "@jobber-sync/core/ports";
import type { Connection } from "../database/connection.ts";
import type { Transaction } from "../database/transaction.ts";
import { wholeMs } from "../inbox/inbox-context.ts";
import type { OutboxContext } from "./outbox-context.ts";

const COLUMNS = `object_type AS "objectType", ref, object_id AS "objectId"`;
const FIND = `SELECT ${COLUMNS} FROM jobber_links WHERE tenant = ? AND object_type = ? AND ref = ?`;
const BY_ID = `SELECT ${COLUMNS} FROM jobber_links
  WHERE tenant = ? AND object_type = ? AND object_id = ? ORDER BY position LIMIT 1`;
const ADD = `INSERT INTO jobber_links (tenant, object_type, ref, object_id, position) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT DO NOTHING`;

const OWN = `(SELECT link.object_id FROM jobber_links AS link WHERE link.tenant = jobber_intents.tenant
      AND link.object_type = jobber_intents.object_type AND link.ref = jobber_intents.ref)`;

/**
 * Releases held intents whose objects all have ids, as `releasedIntent`: an intent that is named by
 * its ref gets the id of its object, and with it the lane. The parameter is the time.
 */
export const RELEASE_HELD = `UPDATE jobber_intents SET state = 'waiting', due_at = ?, delay_ms = 0,
    object_id = CASE WHEN creates = 1 THEN object_id ELSE coalesce(${OWN}, object_id) END,
    lane = CASE WHEN creates = 1 THEN lane ELSE coalesce(${OWN}, lane) END
  WHERE state = 'held' AND NOT EXISTS (
    SELECT 1 FROM json_each(depends_on) AS name WHERE NOT EXISTS (
      SELECT 1 FROM jobber_links AS link WHERE link.tenant = jobber_intents.tenant
        AND link.object_type = name.value ->> 'objectType' AND link.ref = name.value ->> 'ref'))`;

/** Returns the links of the given names. */
export function findLinks(
  connection: Connection,
  tenant: string,
  names: readonly ObjectName[],
): readonly ObjectLink[] {
  return names.flatMap(({ objectType, ref }) => {
    const link = connection.get<ObjectLink>(FIND, tenant, objectType, ref);
    return link === undefined ? [] : [{ ...link }];
  });
}

/** Links a name, unless it is linked already. */
export function addLink(
  transaction: Transaction,
  tenant: string,
  { objectType, ref, objectId }: ObjectLink,
): void {
  transaction.run(ADD, tenant, objectType, ref, objectId, transaction.nextSequence());
}

/** Releases held intents, see {@link RELEASE_HELD}. */
export function releaseHeld(transaction: Transaction, now: number): void {
  transaction.run(RELEASE_HELD, wholeMs(now));
}

/** Creates the operations that read links. */
export function createLinks({ database }: OutboxContext): Pick<Outbox, "links" | "linkOf"> {
  return {
    async links(tenant, names) {
      return database.read((connection) => findLinks(connection, tenant, names));
    },
    async linkOf(tenant, { objectType, objectId }) {
      const link = database.read((connection) =>
        connection.get<ObjectLink>(BY_ID, tenant, objectType, objectId),
      );
      return link === undefined ? null : { ...link };
    },
  };
}
