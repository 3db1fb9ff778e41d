import type { DeliveryFilter, DeliveryInfo, DeliveryState, Inbox, ObjectRef } from "@jobber-sync/core";
import { millisecondsSql } from "../internal/times.ts";
import { runStatement, runTransaction } from "../internal/transaction.ts";
import {
  distinctObjects,
  dueStatement,
  type InboxContext,
  nowSql,
  nowValue,
  wakeLater,
} from "./inbox-context.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const DEFAULT_LIMIT = 100;
const PURGE_ROWS = 1000;
const FAILED = ["quarantined", "unresolved", "dead"] as const satisfies readonly DeliveryState[];
const NOBODY_ELSES = "FOR UPDATE SKIP LOCKED";

/** Everything that is not on the way of a delivery: looking, replaying, resuming, cleaning up. */
export function createTools(
  context: InboxContext,
): Pick<Inbox, "due" | "list" | "body" | "replay" | "resume" | "reserveFetch" | "purge"> {
  const { pool, schema } = context;
  const deliveries = `${schema.quoted}.jobber_deliveries`;

  // $1 tenant, $2 states, $3 topic, $4 sequences, $5 limit; null: any.
  const filtered = `
  WHERE ($1::text IS NULL OR client_slug = $1)
    AND ($2::text IS NULL OR state IN (SELECT json_array_elements_text($2::json)))
    AND ($3::text IS NULL OR topic = $3)
    AND ($4::text IS NULL OR sequence IN (SELECT value::bigint FROM json_array_elements_text($4::json)))`;

  const listStatement = `
SELECT json_build_object(
  'sequence', sequence, 'clientSlug', client_slug, 'objectType', object_type, 'objectId', object_id,
  'deliveryKey', delivery_key, 'topic', topic, 'state', state, 'reason', reason, 'attempts', attempts, 'retries', retries,
  'receivedAt', ${millisecondsSql("received_at")}, 'dueAt', ${millisecondsSql("due_at")}, 'bodyBytes', octet_length(body)
)::text AS json
FROM ${deliveries} ${filtered} ORDER BY sequence LIMIT $5`;

  const due = dueStatement(context);

  const objectOfRow = `json_build_object(
  'clientSlug', d.client_slug, 'objectType', d.object_type, 'objectId', d.object_id)::text AS json`;

  const replayStatement = `
WITH chosen AS MATERIALIZED (
  SELECT sequence FROM ${deliveries} ${filtered} AND body IS NOT NULL
  ORDER BY sequence LIMIT $5 ${NOBODY_ELSES}
)
UPDATE ${deliveries} d SET state = 'waiting', attempts = 0, retries = 0, recheck_since = NULL, reason = NULL, paused_at = NULL,
  paused_ms = 0, started_at = to_timestamp($6::float8 / 1000), due_at = coalesce(to_timestamp($7::float8 / 1000), now())
FROM chosen WHERE d.sequence = chosen.sequence
RETURNING ${objectOfRow}`;

  const resumeStatement = `
WITH chosen AS MATERIALIZED (
  SELECT sequence FROM ${deliveries} WHERE client_slug = $1 AND state = 'paused' ORDER BY sequence ${NOBODY_ELSES}
)
UPDATE ${deliveries} d SET state = 'waiting', paused_at = NULL,
  paused_ms = d.paused_ms + greatest(0, coalesce(round($2::float8 - extract(epoch FROM d.paused_at) * 1000), 0))::bigint,
  due_at = coalesce(to_timestamp($3::float8 / 1000), now())
FROM chosen WHERE d.sequence = chosen.sequence
RETURNING ${objectOfRow}`;

  // Decided under the row's lock, like the store's writes: the place is either taken, or left as it was found.
  const place = `greatest(old.next_at, ${nowSql("$2")})`;
  const reserveStatement = `
INSERT INTO ${schema.quoted}.jobber_fetch_budgets AS old (client_slug, next_at, wait_ms)
VALUES ($1, ${nowSql("$2")} + $3::float8 * interval '1 ms', 0)
ON CONFLICT (client_slug) DO UPDATE SET
  wait_ms = extract(epoch FROM ${place} - ${nowSql("$2")}) * 1000,
  next_at = CASE WHEN extract(epoch FROM ${place} - ${nowSql("$2")}) * 1000 <= $4::float8
    THEN ${place} + $3::float8 * interval '1 ms' ELSE old.next_at END
RETURNING wait_ms::text AS json`;

  const eraseStatement = `
WITH chosen AS MATERIALIZED (
  SELECT sequence FROM ${deliveries}
  WHERE state = 'done' AND body IS NOT NULL AND received_at < to_timestamp($1::float8 / 1000)
  ORDER BY received_at LIMIT ${PURGE_ROWS} ${NOBODY_ELSES}
)
UPDATE ${deliveries} d SET body = NULL, body_sha256 = sha256(d.body)
FROM chosen WHERE d.sequence = chosen.sequence
RETURNING d.sequence::text AS json`;

  const deleteStatement = `
WITH chosen AS MATERIALIZED (
  SELECT sequence FROM ${deliveries}
  WHERE state IN ('quarantined', 'unresolved', 'dead') AND received_at < to_timestamp($1::float8 / 1000)
  ORDER BY sequence LIMIT ${PURGE_ROWS} ${NOBODY_ELSES}
)
DELETE FROM ${deliveries} d USING chosen WHERE d.sequence = chosen.sequence
RETURNING d.sequence::text AS json`;

  return {
    due: ({ now, limit }) => runStatement<ObjectRef>(pool, due, [nowValue(context, now), limit, 0]),

    list: (filter) => runStatement<DeliveryInfo>(pool, listStatement, filterValues(filter)),

    async body(sequence) {
      const [body] = await runStatement<string | null>(
        pool,
        `SELECT to_json(encode(body, 'base64'))::text AS json FROM ${deliveries} WHERE sequence = $1 AND body IS NOT NULL`,
        [sequence],
      );
      return typeof body === "string" ? Buffer.from(body, "base64") : null;
    },

    replay(filter, now = context.now()) {
      const wanted: readonly DeliveryState[] = filter.states ?? ["quarantined", "unresolved"];
      const states = FAILED.filter((state) => wanted.includes(state));
      return setWaiting(replayStatement, [
        ...filterValues({ ...filter, states }),
        now,
        nowValue(context, now),
      ]);
    },

    resume: (clientSlug, now = context.now()) =>
      setWaiting(resumeStatement, [clientSlug, now, nowValue(context, now)]),

    async reserveFetch(clientSlug, { perSecond, maxWaitMs, now }) {
      const values = [clientSlug, nowValue(context, now), 1000 / perSecond, maxWaitMs];
      const [wait] = await runStatement<number>(pool, reserveStatement, values);
      return wait ?? 0;
    },

    async purge({ now = context.now(), bodiesAfterMs = 30 * DAY_MS, failedAfterMs = 30 * DAY_MS } = {}) {
      return {
        bodies: await inPortions(eraseStatement, now - bodiesAfterMs),
        deliveries: await inPortions(deleteStatement, now - failedAfterMs),
      };
    },
  };

  /** The rows and the wake-ups of their objects, in one transaction. */
  function setWaiting(statement: string, values: unknown[]): Promise<number> {
    return runTransaction(pool, async (run, client) => {
      const objects = await run<ObjectRef>(statement, values);
      await wakeLater(context, client, distinctObjects(objects));
      return objects.length;
    });
  }

  /** A portion at a time: nobody waits long for a lock, and no transaction grows with the table. */
  async function inPortions(statement: string, before: number): Promise<number> {
    let rows = 0;
    for (;;) {
      const { length } = await runStatement(pool, statement, [before]);
      rows += length;
      if (length < PURGE_ROWS) return rows;
    }
  }
}

function filterValues({ clientSlug, states, topic, sequences, limit }: DeliveryFilter): unknown[] {
  return [
    clientSlug ?? null,
    states === undefined ? null : JSON.stringify(states),
    topic ?? null,
    sequences === undefined ? null : JSON.stringify(sequences),
    limit ?? DEFAULT_LIMIT,
  ];
}
