import type { ObjectLink, ObjectName } from "@jobber-sync/core";
import type { Outbox } from "@jobber-sync/core/ports";
import { jsonText } from "../database/json-text.ts";
import type { Schema } from "../database/quote-schema.ts";
import { type Run, runStatement } from "../database/transaction.ts";
import type { OutboxContext } from "./outbox-context.ts";

const LINK_JSON = `json_build_object('objectType', link.object_type, 'ref', link.ref,
  'objectId', link.object_id)::text AS json`;

/** The statements about links. */
export interface LinkStatements {
  /** `$1` tenant, `$2` a JSON list of names. */
  readonly find: string;
  /** `$1` tenant, `$2` object type, `$3` object id. */
  readonly byId: string;
  /** `$1` tenant, `$2` object type, `$3` ref, `$4` object id. */
  readonly add: string;
  /** Releases held intents whose objects all have ids, as `releasedIntent`. `$1` the time. */
  readonly release: string;
}

/** Builds the statements for a schema. */
export function linkStatements({ quoted, sequence }: Schema): LinkStatements {
  const links = `${quoted}.jobber_links`;
  const own = `(SELECT link.object_id FROM ${links} link WHERE link.tenant = i.tenant
      AND link.object_type = i.object_type AND link.ref = i.ref)`;
  return {
    find: `SELECT ${LINK_JSON} FROM ${links} link
      JOIN json_to_recordset($2::text::json) AS n("objectType" text, ref text)
        ON link.object_type = n."objectType" AND link.ref = n.ref
      WHERE link.tenant = $1 ORDER BY link.position`,
    byId: `SELECT ${LINK_JSON} FROM ${links} link
      WHERE tenant = $1 AND object_type = $2 AND object_id = $3 ORDER BY position LIMIT 1`,
    add: `INSERT INTO ${links} (tenant, object_type, ref, object_id, position)
      VALUES ($1, $2, $3, $4, nextval(${sequence})) ON CONFLICT DO NOTHING RETURNING 'true' AS json`,
    release: `UPDATE ${quoted}.jobber_intents i SET state = 'waiting', due_at = to_timestamp($1::float8 / 1000),
        delay_ms = 0,
        object_id = CASE WHEN creates THEN object_id ELSE coalesce(${own}, object_id) END,
        lane = CASE WHEN creates THEN lane ELSE coalesce(${own}, lane) END
      WHERE state = 'held' AND NOT EXISTS (
        SELECT FROM jsonb_to_recordset(i.depends_on) AS n("objectType" text, ref text)
        WHERE NOT EXISTS (SELECT FROM ${links} link WHERE link.tenant = i.tenant
          AND link.object_type = n."objectType" AND link.ref = n.ref))
      RETURNING 'true' AS json`,
  };
}

/** Returns the links of the given names. */
export async function findLinks(
  run: Run,
  { find }: LinkStatements,
  tenant: string,
  names: readonly ObjectName[],
): Promise<readonly ObjectLink[]> {
  if (names.length === 0) return [];
  const rows = await run<ObjectLink>(find, [tenant, jsonText(names)]);
  return [...new Map(rows.map((row) => [`${row.objectType} ${row.ref}`, row])).values()];
}

/** Links a name, unless it is linked already. */
export async function addLink(
  run: Run,
  { add }: LinkStatements,
  tenant: string,
  { objectType, ref, objectId }: ObjectLink,
): Promise<void> {
  await run(add, [tenant, objectType, ref, objectId]);
}

/** Creates the operations that read links. */
export function createLinks({ pool, schema }: OutboxContext): Pick<Outbox, "links" | "linkOf"> {
  const statements = linkStatements(schema);
  const run: Run = (text, values) => runStatement(pool, text, values);
  return {
    links: (tenant, names) => findLinks(run, statements, tenant, names),
    async linkOf(tenant, { objectType, objectId }) {
      const [link] = await run<ObjectLink>(statements.byId, [tenant, objectType, objectId]);
      return link ?? null;
    },
  };
}
